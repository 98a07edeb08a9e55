package author

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"faqbot/internal/content"
)

const (
	// maxSheetBytes bounds what is read: 50,000 questions with answers are about 5 MB.
	maxSheetBytes = 16 << 20
	// maxRows bounds what is kept in memory as YAML.
	maxRows = 100_000
	// maxProblems is how many problems are told: a file in a wrong encoding has one in every row.
	maxProblems = 100
)

// The columns of a spreadsheet; the first three must be there.
const (
	columnID       = "id"
	columnQuestion = "question"
	columnAnswer   = "answer"
	columnTitle    = "title"
	columnGetHelp  = "get_help"
	columnGroup    = "group"
)

func requiredColumns() []string { return []string{columnID, columnQuestion, columnAnswer} }
func optionalColumns() []string { return []string{columnTitle, columnGetHelp, columnGroup} }

// cell is a place in a spreadsheet, counted from 1 as its program does: the header is row 1.
type cell struct{ row, col int }

// row is one row that is not blank.
type row struct {
	number int
	fields []string
}

// sheet is a spreadsheet as it was read.
type sheet struct {
	columns map[string]int // position of a column in a row, by its name
	rows    []row
}

// faults collects problems of a spreadsheet.
type faults struct {
	name string
	list []*content.Problem
}

func (f *faults) at(c cell, format string, args ...any) {
	f.list = append(f.list, &content.Problem{File: f.name, Line: c.row, Col: c.col, Msg: fmt.Sprintf(format, args...)})
}

// err joins the problems in the order of rows and columns; nil when there are none.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b *content.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	// A question that is also the title has one fault, not two.
	f.list = slices.CompactFunc(f.list, func(a, b *content.Problem) bool { return *a == *b })
	var errs []error
	for _, p := range f.list[:min(maxProblems, len(f.list))] {
		errs = append(errs, p)
	}
	if more := len(f.list) - maxProblems; more > 0 {
		errs = append(errs, &content.Problem{File: f.name, Msg: fmt.Sprintf("and %d problems more", more)})
	}
	return errors.Join(errs...)
}

// readSheet reads a spreadsheet. Its rows are complete only where it adds no fault.
func readSheet(in io.Reader, f *faults) (sheet, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxSheetBytes+1))
	if err != nil {
		return sheet{}, fmt.Errorf("read spreadsheet: %w", err)
	}
	if why := notText(raw); why != "" {
		f.at(cell{}, "%s", why)
		return sheet{}, nil
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !bytes.Contains(raw, []byte("\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n")) // as old programs end lines
	}
	rows := records(raw, f)
	if len(rows) == 0 {
		if len(f.list) == 0 {
			f.at(cell{}, "the file is empty")
		}
		return sheet{}, nil
	}
	s := sheet{columns: header(rows[0], f)}
	if s.columns == nil {
		return sheet{}, nil
	}
	s.rows = fullRows(rows, f)
	return s, nil
}

// notText says why a file cannot be a spreadsheet as text; empty when it may be one.
func notText(raw []byte) string {
	switch {
	case len(raw) > maxSheetBytes:
		return fmt.Sprintf("the file has more than %d MB, which is the most that is read", maxSheetBytes>>20)
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return "the file is a spreadsheet program's own format: save it as CSV (UTF-8)"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return "the file is UTF-16: save it as CSV (UTF-8)"
	case bytes.IndexByte(raw, 0) >= 0:
		return fmt.Sprintf("the file is no text: byte %d is zero", bytes.IndexByte(raw, 0)+1)
	}
	return ""
}

// records splits the file, and returns nothing of one that is too long. It goes on behind a row that cannot be read.
func records(raw []byte, f *faults) []row {
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord = separator(raw), -1
	var rows []row
	inner := 0 // ends of lines within texts so far: what lines are ahead of rows
	for {
		fields, err := r.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return rows
		case errors.As(err, &broken):
			f.at(cell{broken.StartLine - inner, len(fields) + 1}, "%s", quoteFault(broken))
			inner += broken.Line - broken.StartLine
			continue
		case err != nil: // reading from memory gives no other
			f.at(cell{}, "%s", err)
			return rows
		}
		line, _ := r.FieldPos(0)
		number := line - inner
		for _, s := range fields {
			inner += strings.Count(s, "\n")
		}
		if isBlank(fields) {
			continue
		}
		if rows = append(rows, row{number, fields}); len(rows) > maxRows {
			f.at(cell{number, 1}, "more than %d rows, which is the most that is read", maxRows)
			return nil
		}
	}
}

// quoteFault explains what encoding/csv has against a row.
func quoteFault(e *csv.ParseError) string {
	switch {
	case errors.Is(e.Err, csv.ErrBareQuote):
		return `a quote (") within a text without quotes around it: put the text in quotes and write "" for each quote in it`
	case e.Line > e.StartLine:
		return fmt.Sprintf(`the quote (") that opens this text is not closed as it should be: something is wrong with it in line %d of the file`, e.Line)
	default:
		return `the quote (") that closes this text is missing or stands before its end: write "" for a quote in it`
	}
}

// separator guesses from the first line what stands between columns: a comma, or what programs write where the comma is for decimals.
func separator(raw []byte) rune {
	first, _, _ := bytes.Cut(bytes.TrimLeft(raw, "\r\n"), []byte("\n"))
	best := ','
	for _, r := range ";\t" {
		if bytes.Count(first, []byte(string(r))) > bytes.Count(first, []byte(string(best))) {
			best = r
		}
	}
	return best
}

func isBlank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// header reads the names of the columns; nil when rows make no sense under them.
func header(first row, f *faults) map[string]int {
	columns := make(map[string]int)
	known := append(requiredColumns(), optionalColumns()...)
	before := len(f.list)
	for i, field := range first.fields {
		name, at := strings.ToLower(strings.TrimSpace(field)), cell{first.number, i + 1}
		earlier, again := columns[name]
		switch {
		case name == "":
			f.at(at, "column %d has no name", i+1)
		case again:
			f.at(at, "the column %q stands here twice, first as column %d", name, earlier+1)
		case !slices.Contains(known, name):
			f.at(at, "unknown column %q: there are %s, and if you like %s", shorten(name),
				strings.Join(requiredColumns(), ", "), strings.Join(optionalColumns(), ", "))
		default:
			columns[name] = i
		}
	}
	for _, name := range requiredColumns() {
		if _, ok := columns[name]; !ok {
			f.at(cell{first.number, 1}, "the column %q is missing: the first row must name the columns %s", name, strings.Join(requiredColumns(), ","))
		}
	}
	if len(f.list) > before {
		return nil
	}
	return columns
}

// fullRows returns the rows below the header that have a field for each column, and are text.
func fullRows(rows []row, f *faults) []row {
	want := len(rows[0].fields)
	var full []row
	for _, r := range rows[1:] {
		switch n := len(r.fields); {
		case n < want:
			f.at(cell{r.number, n}, "the row has %s, not %d as the header", count(n, "field"), want)
		case n > want:
			f.at(cell{r.number, want + 1}, "the row has %s, not %d as the header: a text with the separator in it must stand in quotes", count(n, "field"), want)
		case r.isText(f):
			full = append(full, r)
		}
	}
	return full
}

// isText reports characters that content must not have, one a field.
func (r row) isText(f *faults) bool {
	good := true
	for i, s := range r.fields {
		if !utf8.ValidString(s) {
			f.at(cell{r.number, i + 1}, "invalid UTF-8: save the file as CSV (UTF-8)")
			good = false
			continue
		}
		s = tidy(s)
		if at := strings.IndexFunc(s, content.IsForbidden); at >= 0 {
			bad, _ := utf8.DecodeRuneInString(s[at:])
			f.at(cell{r.number, i + 1}, "forbidden character %U behind %q", bad, lastRunes(s[:at]))
			good = false
		}
	}
	return good
}

var endings = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// tidy writes ends of lines and tabs as content has them, without blanks at the ends of lines.
func tidy(s string) string {
	lines := strings.Split(endings.Replace(s), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \u00a0")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// shorten cuts what a message quotes.
func shorten(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// lastRunes returns the end of what stands before a place, for a message.
func lastRunes(s string) string {
	r := []rune(s)
	return string(r[max(0, len(r)-10):])
}

func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
