"""The workspace Schedules: beta, alpha_bar and what follows from them."""
