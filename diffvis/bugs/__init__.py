"""The bug lab: errors that real code has had, to be seen beside the right thing.

All wrong code of diffvis lives in this folder. It is imported by what offers it by its name, and no
setting of a chain or of a training reaches it.
"""
