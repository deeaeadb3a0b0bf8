"""The kelurahan desk: signing people up face to face, starting a reset for somebody who stands there."""
