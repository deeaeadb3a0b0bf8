"""How long things about numbers and addresses hold. No database, no clock."""

from __future__ import annotations

from datetime import timedelta

MOST_TYPED_LETTERS = 40

# A number goes back to the operator after months of silence and is sold again. Whoever has it then must not get in by it: a number
# that was not proven for this long takes the password once; a code that was used counts as a proof.
CODE_ENTRY_TRUSTS = timedelta(days=180)
CHANGES_SHOWN = timedelta(days=30)  # long enough to notice a change that was not one's own
ENTRY_WAITS_SECONDS = 15 * 60  # from asking for a code to typing it
