"""What ``import diffvis`` offers besides the classes of the other folders: functions for a script
or a notebook, thin over what the command line and the window use.
"""
