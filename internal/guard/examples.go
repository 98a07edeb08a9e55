package guard

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed examples/*.txt
var exampleFiles embed.FS

// examplesFolder holds a file of messages for each category that the matcher learns, and one of harmless messages.
const examplesFolder = "examples"

// Examples returns messages of a category, more than the guard's phrases cover: the matcher learns them as a class of their own, so that
// what no phrase says is noticed too. A category without messages has none.
func Examples(c Category) []string { return exampleFile(string(c)) }

// Harmless returns messages that hold words of danger and mean none, the counterpart of Examples.
func Harmless() []string { return exampleFile("harmless") }

// Ordinary returns what members ask and say all day.
func Ordinary() []string {
	var out []string
	for _, subject := range ordinarySubjects() {
		out = append(out, exampleFile(ordinaryFile+subject)...)
	}
	return out
}

// ordinaryFile begins the names of the files of ordinary messages. There is one for each subject, and each is a class of its own: what they
// have in common with each other is less than what they have in common with danger.
const ordinaryFile = "ordinary-"

// ordinarySubjects lists the subjects in alphabetical order.
func ordinarySubjects() []string {
	files, err := fs.Glob(exampleFiles, examplesFolder+"/"+ordinaryFile+"*.txt")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, examplesFolder+"/"+ordinaryFile), ".txt")
	}
	return files
}

// exampleFile returns the lines of a file that are neither empty nor comments; none where there is no such file.
func exampleFile(name string) []string {
	raw, err := fs.ReadFile(exampleFiles, examplesFolder+"/"+name+".txt")
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
