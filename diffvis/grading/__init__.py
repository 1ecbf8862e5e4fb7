"""``diffvis check student.py``: a student's functions beside the papers'."""
