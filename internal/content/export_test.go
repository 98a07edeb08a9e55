package content

// All returns the files of the folder as one, for tests that write them again.
func (l *Library) All() File { return l.file }
