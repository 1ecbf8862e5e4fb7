"""One way to declare a setting, from which options, forms, checks and captions are made."""

from diffvis.settings.declare import Settings, setting, settings_of
from diffvis.settings.setting import Choice, Setting, Value

__all__ = ["Choice", "Setting", "Settings", "Value", "setting", "settings_of"]
