package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"faqbot/internal/text"
)

// batch answers an input and returns the objects, which it insists are one a line and valid.
func batch(t *testing.T, in io.Reader) []object {
	t.Helper()
	var out, errs bytes.Buffer
	s := &Session{Bot: bot(t), Asking: asking(), JSON: true, Out: &out, Err: &errs, Getenv: noEnv}
	if err := s.Batch(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	if errs.Len() > 0 {
		t.Errorf("a batch without a terminal writes %q to standard error", errs.String())
	}
	return objects(t, out.Bytes())
}

// objects reads JSON lines strictly: no field is missing, none is null, none unknown.
func objects(t *testing.T, raw []byte) []object {
	t.Helper()
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		t.Fatal("the last object has no end of line")
	}
	var out []object
	for line := range bytes.Lines(raw) {
		var o object
		var fields map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := errors.Join(d.Decode(&o), json.Unmarshal(line, &fields)); err != nil {
			t.Fatalf("line %d: %v: %q", len(out)+1, err, line)
		}
		for name, v := range fields {
			if v == nil {
				t.Fatalf("line %d: %s is null", len(out)+1, name)
			}
		}
		if len(fields) != 12 {
			t.Fatalf("line %d has %d fields: %q", len(out)+1, len(fields), line)
		}
		out = append(out, o)
	}
	return out
}

// hostile are lines that have broken readers before; none holds an end of line.
func hostile() []string {
	return []string{
		"", " ", "\t", "\r", "\x00", "\x00\x00how long\x00", "\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f\x98", "\ufeffhow long will this last",
		"\u2028", "\u2029", "\u0085", "\v\f", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202eesrever", "\u200b\u200d", "{}", "[]", "null", `"`, `\`, `\u0000`,
		"%s%n%d", "$(rm -rf /)", "'; drop table faq; --", "<@123456789012345678> how long", "||spoiler||", "```code```", "-", "--json", "---", "~", "NaN",
		strings.Repeat("a", 8000), strings.Repeat("a", 8001), strings.Repeat("a ", 4001), strings.Repeat("é", 2000), strings.Repeat("é", 2001),
		strings.Repeat("😀", 2000), strings.Repeat("😀", 2001), strings.Repeat("\xff", 9000), strings.Repeat("\x00", 9000), strings.Repeat("\u0301", 9000),
		strings.Repeat("k i l l ", 300), strings.Repeat("(", 3000), strings.Repeat("not ", 600), strings.Repeat("ﷺ", 700), strings.Repeat("<", 2500),
		strings.Repeat("x", 1<<17) + " how long will this last",
	}
}

// marked are lines whose answers are known, to prove the order.
func marked() map[string]string {
	return map[string]string{
		"how long will this last": "faq/duration", "i cant sleep": "symptom/insomnia", "nightmares every night": "symptom/vivid-dreams",
		"do i need a doctor for this": "coping/medical", "is there a helpline": "support/helplines",
	}
}

// randomLine draws a line: words, bytes, code points, something hostile or something with a known answer.
func randomLine(r *rand.Rand, bad, good []string) string {
	words := strings.Fields("how long does ketamine withdrawal last i cant sleep my friend wont wake up kill doctor dose buy dreams lol not never anymore 3g 2nd")
	var b strings.Builder
	switch r.IntN(8) {
	case 0, 1:
		return good[r.IntN(len(good))]
	case 2:
		return bad[r.IntN(len(bad)-1)] // the longest comes once
	case 3, 4, 5:
		for range r.IntN(12) {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
	case 6:
		for range r.IntN(60) {
			b.WriteByte(byte(r.UintN(256)))
		}
	default:
		for range r.IntN(40) {
			b.WriteRune(rune(r.IntN(utf8.MaxRune)))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

func TestBatchTenThousandLines(t *testing.T) {
	t.Parallel()
	const n = 10_000
	r := rand.New(rand.NewPCG(2026, 11))
	bad, known := hostile(), marked()
	good := []string{"how long will this last", "i cant sleep", "nightmares every night", "do i need a doctor for this", "is there a helpline"}
	var in bytes.Buffer
	lines := bad
	for len(lines) < n {
		lines = append(lines, randomLine(r, bad, good))
	}
	for i, line := range lines {
		in.WriteString(line)
		switch {
		case i == n-1: // the last line has no end
		case r.IntN(4) == 0:
			in.WriteString("\r\n")
		default:
			in.WriteString("\n")
		}
	}
	got := batch(t, &in)
	if len(got) != n {
		t.Fatalf("%d objects for %d lines", len(got), n)
	}
	for i, o := range got {
		if !isKind(o.Kind) {
			t.Errorf("line %d %.60q: kind %q", i+1, lines[i], o.Kind)
		}
		if id, ok := known[lines[i]]; ok && o.ID != id {
			t.Errorf("line %d %q is answered with %q, not %q", i+1, lines[i], o.ID, id)
		}
		if strings.TrimSpace(lines[i]) == "" && o.Kind != "noanswer" {
			t.Errorf("line %d %q is empty but gets %s", i+1, lines[i], o.Kind)
		}
		checkObject(t, i+1, o, len([]rune(strings.ToValidUTF8(lines[i], "?"))) > text.MaxRunes)
	}
}

// checkObject checks what holds for every object.
func checkObject(t *testing.T, n int, o object, long bool) {
	t.Helper()
	const reminder, urgentReminder = "A doctor or someone you trust can help with this.", "A doctor, a crisis worker or someone you trust can help with this."
	if o.Title == "" || !strings.Contains(o.Text, reminder) && !strings.Contains(o.Text, urgentReminder) {
		t.Errorf("line %d: no title, or no reminder in %q", n, o.Text)
	}
	if long && !strings.Contains(o.Text, "only the first 2,000 were read") {
		t.Errorf("line %d is too long, but %q does not say so", n, o.Text)
	}
	if len(o.Options) > 3 || o.Micros < 0 || strings.Contains(o.Title, "went wrong") {
		t.Errorf("line %d: impossible object %+v", n, o)
	}
	confidence := 0.0
	if len(o.Options) > 0 {
		confidence = o.Options[0].Confidence
	}
	if o.Confidence != confidence || o.Confidence < 0 || o.Confidence > 1 {
		t.Errorf("line %d: confidence %v, first option %v", n, o.Confidence, confidence)
	}
	switch o.Kind {
	case "answer":
		if o.ID == "" || len(o.Options) == 0 || o.Options[0].ID != o.ID {
			t.Errorf("line %d: the answer %q is not the first of %+v", n, o.ID, o.Options)
		}
	case "choose":
		if o.ID != "" || len(o.Options) == 0 || !strings.Contains(o.Text, "- "+o.Options[0].Title) {
			t.Errorf("line %d: a choice with the id %q, options %+v and text %q", n, o.ID, o.Options, o.Text)
		}
	case "urgent", "decline":
		if !strings.HasPrefix(o.ID, "crisis/") && !strings.HasPrefix(o.ID, "decline/") || len(o.Options) != 0 {
			t.Errorf("line %d: %s with the id %q and options %+v", n, o.Kind, o.ID, o.Options)
		}
	default:
		if o.ID != "" {
			t.Errorf("line %d: %s has the id %q", n, o.Kind, o.ID)
		}
	}
}

func TestBatchLineEnds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"": 0, "\n": 1, "\r\n": 1, "\r": 1, "a": 1, "a\n": 1, "a\r\n": 1, "a\nb": 2, "a\n\nb\n": 3, "\n\n\n": 3, "a\rb": 1, "\x00\n\x00": 2,
	} {
		if got := batch(t, strings.NewReader(in)); len(got) != want {
			t.Errorf("%q gives %d objects, not %d", in, len(got), want)
		}
	}
}

func TestLinesWhateverTheReader(t *testing.T) {
	t.Parallel()
	in := "one\r\n" + strings.Repeat("é", 5000) + "\n\nend"
	for name, r := range map[string]io.Reader{
		"at once": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in)),
		"halves": iotest.HalfReader(strings.NewReader(in)), "the end with the data": iotest.DataErrReader(strings.NewReader(in)),
	} {
		l := newLines(r)
		for i, want := range []string{"one", strings.Repeat("é", 5000)[:maxLineBytes], "", "end"} {
			if got, err := l.next(); got != want || err != nil {
				t.Errorf("%s: line %d is %.20q (%d bytes, %v), not %.20q", name, i+1, got, len(got), err, want)
			}
		}
		if _, err := l.next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the end is %v", name, err)
		}
	}
}

// A line that is cut must be noticed as cut, and one that is just short enough must not.
func TestLinesKeepEnough(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "\n", "\r\n"} {
		for runes, want := range map[int]bool{text.MaxRunes: false, text.MaxRunes + 1: true, 3 * text.MaxRunes: true} {
			for _, r := range []string{"a", "é", "ﷺ", "😀"} {
				line, err := newLines(strings.NewReader(strings.Repeat(r, runes) + end)).next()
				if err != nil || text.New(line).Cut() != want {
					t.Errorf("%d times %s and %q: cut %v (%v)", runes, r, end, !want, err)
				}
			}
		}
	}
}

// A failing input still gets the answers to what came before, the unfinished line included.
func TestBatchReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	var out bytes.Buffer
	s := &Session{Bot: bot(t), Asking: asking(), JSON: true, Out: &out, Err: io.Discard, Getenv: noEnv}
	err := s.Batch(context.Background(), io.MultiReader(strings.NewReader("i cant sleep\nhow long"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	if got := objects(t, out.Bytes()); len(got) != 2 || got[0].ID != "symptom/insomnia" {
		t.Errorf("answers before the error: %+v", got)
	}
}

func TestBatchWriteError(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	_ = r.CloseWithError(errors.New("full"))
	for name, in := range map[string]string{"one line": "a", "more than is buffered": strings.Repeat("how long\n", 1000)} {
		s := &Session{Bot: bot(t), Asking: asking(), JSON: true, Out: w, Err: io.Discard, Getenv: noEnv}
		if err := s.Batch(context.Background(), strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestBatchStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := &Session{Bot: bot(t), Asking: asking(), Out: io.Discard, Err: io.Discard, Getenv: noEnv}
	if err := s.Batch(ctx, strings.NewReader("a\nb\n")); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// Whoever writes a question and waits for its answer before the next must get it.
func TestBatchDoesNotHoldBack(t *testing.T) {
	t.Parallel()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	s := &Session{Bot: bot(t), Asking: asking(), JSON: true, Out: outWrite, Err: io.Discard, Getenv: noEnv}
	done := make(chan error, 1)
	go func() {
		err := s.Batch(context.Background(), inRead)
		_ = outWrite.CloseWithError(err)
		done <- err
	}()
	answers := newLines(outRead)
	for range 3 {
		got := make(chan string, 1)
		go func() {
			_, _ = io.WriteString(inWrite, "i cant sleep\nunfin")
			line, _ := answers.next()
			got <- line
		}()
		select {
		case line := <-got:
			if !strings.Contains(line, `"kind":`) {
				t.Fatalf("the answer is %q", line)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the answer is held back until more questions come")
		}
	}
	_ = inWrite.Close()
	go func() { _, _ = io.Copy(io.Discard, outRead) }()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// FuzzLine asks one line of any bytes: there is always exactly one object a line of input.
func FuzzLine(f *testing.F) {
	for _, line := range hostile() {
		f.Add([]byte(line))
	}
	for line := range marked() {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		want := bytes.Count(raw, []byte("\n"))
		if len(raw) > 0 && raw[len(raw)-1] != '\n' {
			want++
		}
		got := batch(t, bytes.NewReader(raw))
		if len(got) != want {
			t.Fatalf("%d objects for %d lines of %q", len(got), want, raw)
		}
		for i, o := range got {
			if !isKind(o.Kind) {
				t.Errorf("kind %q for %q", o.Kind, raw)
			}
			checkObject(t, i+1, o, false)
		}
	})
}
