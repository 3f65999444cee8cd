"""Every code that a user, a script or an exhibit may meet, with its one-sentence meaning.

`docs/codes.md` names them all; a test compares. Codes are stable: scripts and statistics rest on them.
"""

from __future__ import annotations

#: Why a well-read row is not released (counted and committed to, not stored).
SEALS: dict[str, str] = {
    "OUTSIDE_DATE_RANGE": "the record lies outside the instrument's window, judged in its declared zone",
    "OUTSIDE_ACCOUNT": "the record belongs to an account that the instrument does not name",
    "OUTSIDE_CATEGORY": "the record is of a data category that the instrument does not name",
    "OUTSIDE_CUSTODIAN": "the return comes from another custodian than the instrument names",
    "UNDECIDABLE_TIME_ZONE": "the time states no zone, so the window cannot be judged until one is declared",
    "UNDECIDABLE_LOCAL_TIME": "the local time is ambiguous or impossible in the declared zone",
    "UNDECIDABLE_ACCOUNT": "the return does not say, or says twice, to which account the record belongs",
    "UNDECIDABLE_CATEGORY": "the field or section is in no list of data categories",
    "DISPROPORTIONATE_RETURN": "the return holds far more accounts than the instrument asks about",
    "NO_FAMILY": "the row is in scope, but no record family holds rows of its section, so it is only counted",
}

#: Why a row could not be read into a record (counted, not stored).
REJECTIONS: dict[str, str] = {
    "MISSING_ADDRESS": "the row has no address field",
    "MISSING_TIME": "the row has no time field",
    "MISSING_FIELD": "the row lacks a field that its kind cannot do without",
    "BAD_ADDRESS": "the address field does not have the shape of an address",
    "BAD_PORT": "the port field is not a number from 0 to 65535",
    "BAD_TIME": "the time field does not have the shape that the format states",
    "BAD_INTERVAL": "the interval ends before it starts",
    "AMBIGUOUS_ROW": "nothing tells where the row ends and the next begins: its values may be of two rows",
    "TRUNCATED_ROW": "the last line has no end, so its last value may be cut",
    "BROKEN_VALUE": "a value was cut, or torn apart, and does not join to its field's shape",
}

#: Why a file or a command was not carried out (exit 2, 4 or 5).
ERRORS: dict[str, str] = {
    "USAGE": "the command's words or options are off",
    "NO_WORKSPACE": "there is no workspace at that place",
    "WORKSPACE_EXISTS": "a workspace is already there",
    "WORKSPACE_VERSION": "the workspace was made by a version that this one cannot read",
    "UNKNOWN_CASE": "no case has that id",
    "UNKNOWN_INSTRUMENT": "no instrument has that id",
    "UNKNOWN_RETURN": "no return has that id",
    "ORDER_FILE": "the order file is not complete or not understood",
    "MAPPING_FILE": "the mapping is not complete or not understood",
    "DUPLICATE": "the same file was already taken in under this instrument",
    "NOT_THE_SAME_FILES": "the files given are not those of the return",
    "NOTHING_TO_DECLARE": "no record of the return waits for that declaration",
    "NOT_FOUND": "the file does not exist or cannot be opened",
    "EMPTY_FILE": "the file has no content",
    "CHANGED": "the file changed while it was read",
    "UNKNOWN_FORMAT": "no reader knows the file, and no mapping was given",
    "NO_RECOGNISED_ROW": "not a single row of the file was recognised, and it does not say that it is empty",
    "TRUNCATED": "the file ends before its structure does",
    "MARKUP": "the markup is damaged",
    "DEPTH": "the markup is nested deeper than any real production",
    "ENCODING": "the bytes are not valid in the file's encoding",
    "CHARSET_CONFLICT": "the file declares another encoding than its bytes have",
    "NUL": "the text holds a NUL byte",
    "LINE_END": "a line of the table ends in a carriage return alone",
    "CONSERVATION": "what was read and what an independent count finds in the file differ",
    "LOCATOR": "a value's byte ranges do not re-read to the value",
    "PATH": "an archive entry's path leaves the archive",
    "ENTRY_TYPE": "an archive entry is not a regular file",
    "DUPLICATE_NAME": "two archive entries have the same name",
    "NAME_COLLISION": "two archive entries have names that some systems cannot tell apart",
    "NAME_CHARS": "an archive entry's name holds control characters",
    "SIZE_MISMATCH": "an archive entry's sizes contradict each other",
    "CRC": "an archive entry's checksum does not match its content",
    "ENCRYPTED": "an archive entry is encrypted",
    "POLYGLOT": "there is foreign data before, between or after the archive's entries",
    "OVERLAP": "archive entries overlap",
    "ENTRY_COUNT": "the archive has more entries than any real production",
    "METHOD": "an archive entry uses a compression method that is not supported",
    "NESTING": "archives are nested deeper than any real production",
    "UNPACKED_SIZE": "the archive unpacks to more than the limit",
    "ARCHIVE": "the archive is damaged",
    "HEADER": "the table's header is empty, repeated or lacks a mapped column",
    "COLUMNS": "a line has another number of columns than the header",
    "QUOTE": "a quote is never closed",
    "CELL_SIZE": "a cell is larger than any real value",
    "WORKBOOK": "the workbook is damaged, active or not of one plain sheet",
    "PARQUET": "the Parquet file is damaged or has columns that are no table of plain values",
    "PDF": "the PDF is damaged, encrypted or holds no text",
    "NO_TIME": "the table's times cannot be read as the mapping declares them",
    "NETWORK_TABLE": "the network table is missing or not one that this version reads",
    "ATTRIBUTION_INPUT": "there is nothing that could be attributed",
    "SAMPLE": "no generator makes that format",
    "OUTPUT": "the output place exists already or cannot be written",
    "MISSING_FILE": "a stored file is gone",
    "SYSTEM": "the operating system refused: no permission, no space, no such device",
    "TAMPERED": "a stored file or ledger entry is not what the ledger says",
}

#: Why a rule refused (exit 3).
REFUSALS: dict[str, str] = {
    "NO_PARTICULAR_TARGET": "accounts are exact identifiers; a range, wildcard, prefix or nothing is none",
    "TOO_MANY_TARGETS": "an instrument of more than 100 root targets is a bulk demand",
    "APPROVAL_NEEDED": "so many root targets need an independent approver, and `approve` does not exist yet",
    "PURPOSE_REFUSED": "the product serves no such purpose",
    "TYPE_REFUSED": "the product serves no such instrument",
    "CATEGORY_REFUSED": "the product serves no such data: nothing live, nothing in real time",
    "PAIR_NOT_LISTED": "no authority row joins this instrument type with this purpose",
    "NO_RULE": "no authority row covers this instrument type and data category, and the default is no",
    "CATEGORY_NOT_PERMITTED": "the authority row says that this instrument does not reach this category",
    "WARRANT_REQUIRED_CARPENTER": "historical cell-site records need a warrant (Carpenter)",
    "WARRANT_REQUIRED_WARSHAK": "stored content needs a warrant (Warshak)",
    "ISSUER_NOT_COMPETENT": "the authority row does not name this issuer",
    "SIGNER_RANK": "the issuer's rank is missing or below what the authority row asks for",
    "OFFENCE_MISSING": "a criminal purpose needs a stated offence",
    "OFFENCE_NOT_IN_STATUTE": "the stated offence is not one that this authority may be used for",
    "JURISDICTION_NOT_LOADED": "no law pack for this jurisdiction is loaded",
    "NOT_SERVED": "the instrument has not been served, so nothing can have been produced under it",
    "SERVE_BY_PASSED": "the instrument was served after its last day of service",
    "RETENTION_OVER": "the instrument's retention period is over; its records are no longer read",
    "NOT_RATIFIED": "an emergency that was not ratified within 48 hours reads and takes in nothing more",
    "NOTHING_AUTHORISED": "this instrument never authorises disclosure",
    "NO_CERTIFICATE": "a table without the custodian's certificate may be bought data",
    "CLOCK_BEHIND": "the system clock is earlier than the newest ledger entry",
    "CROSS_CASE": "records of one case are not read for another",
    "WRONG_CATEGORY": "the instrument does not cover what this step needs",
}

#: The outcomes of an attribution, a closed set.
OUTCOMES: dict[str, str] = {
    "one": "one subscriber's assignments match, over the whole uncertainty of the clocks",
    "several": "several subscribers' assignments match, or the only one's do not hold over the whole uncertainty",
    "shared": "the address is shared and the login has no port, so nobody can be told from the others",
    "none": "the log covers the instant and has no match",
    "not_covered": "no log that covers the instant and the address was produced",
    "contradicted": "two sources that both cover the instant name different subscribers",
}
