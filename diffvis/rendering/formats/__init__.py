"""Files that frames, pictures, drawings and numbers can be written to."""
