"""An account's accesses whose every text tries to act."""

from __future__ import annotations

from fourcorners.model.instant import SECOND
from fourcorners.report.access import Access
from fourcorners.report.access import AddressSeen
from fourcorners.report.access import ExportFile
from fourcorners.report.access import Moment
from fourcorners.report.access import Network
from fourcorners.report.access import Session
from fourcorners.report.contents import NetworkNaming

AT = 1_770_098_399 * SECOND


def hostile(target: str = "http://198.51.100.1:9/x", sessions: int = 3) -> Access:
    """Texts of an export that load, run, close, reorder or hide something, if they are more than texts."""
    evil = (
        f'</p></td><script>fetch("{target}")</script><img src="{target}" onerror="location=\'{target}\'">'
        f'<link rel=stylesheet href={target}><style>@import "{target}";body{{background:url({target})}}</style>'
        f'"><iframe src={target}></iframe>{{0}}{{count}}%s\u202egnp.exe\x1b[31m\x07\ud800 '
    )
    moments = (Moment(AT, evil, port=443), Moment(None, evil), Moment(AT, "1770098399"))
    networks = (Network(evil, "AS64496", "DE"), Network("2001:db8:0:100::/56"), None)
    made = [
        Session(
            number=n + 1,
            network=networks[n % 3],
            agent=(evil, f"Mozilla/5.0 (iPhone; {evil})", None)[n % 3],
            device=("", "iPhone", "")[n % 3],
            first=moments[n % 3],
            last=moments[(n + 1) % 3],
            times=7,
            addresses=tuple(
                AddressSeen(f"2001:db8::{n}:{each}", moments[each % 3], moments[0], 1)
                for each in range(0 if n % 3 == 2 else 7)
            ),
            actions=(evil, "Login"),
            files=(evil,),
            network_not_seen_before=(True, False, None)[n % 3],
            device_not_seen_before=(True, True, None)[n % 3],
        )
        for n in range(sessions)
    ]
    return Access(
        name=evil,
        given=((evil, "0" * 64, 12),),
        made="2026-03-01T10:00:00Z",
        tool="Fourcorners 0",
        accounts=(evil,),
        sessions=tuple(made),
        files=(
            ExportFile(evil, "1" * 64, format="facebook-export"),
            ExportFile(f"{evil}/a.jpg", "2" * 64, why="no reader knows this format"),
            ExportFile("top.txt", "2" * 64, why="no reader knows this format"),
            ExportFile(evil, "3" * 64, why=evil, broken=True),
            ExportFile(evil, "4" * 64, why=evil, doubtful=True),
        ),
        naming=NetworkNaming(evil, "2026-03-01", evil, ()),
        unreadable={"BAD_TIME": 2},
        not_shown={evil: 3},
        with_port=1,
    )
