"""Who may read, approve, open and destroy what: policies that a lawyer can read, in the Cedar language.

The legal matrix, the scope check and the clocks of acquisition are `law`'s own; these policies decide access
alone. There is no policy on a second factor: nobody signs in on an embedded workspace, so none could be true.
"""
