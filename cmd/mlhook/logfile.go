package main

import (
	"os"
)

// maxLog is the size beyond which a log begins anew.
const maxLog = 10 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		os.Rename(path, path+".1")
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// rotating is a log file that begins anew when it is long; the one before stays.
type rotating struct {
	path string
	file *os.File
}

func (r *rotating) Write(text []byte) (int, error) {
	if r.file != nil {
		if info, err := r.file.Stat(); err != nil || info.Size() > maxLog {
			r.close()
		}
	}
	if r.file == nil {
		var err error
		if r.file, err = openLog(r.path); err != nil {
			return 0, err
		}
	}
	return r.file.Write(text)
}

func (r *rotating) close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}
