package text_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"faqbot/internal/text"
)

// canary is a word that must never come out of anything that prints.
const canary = "canaryword"

type inner struct {
	Words  text.Words
	Tokens text.Tokens
	words  text.Words
	tokens text.Tokens
}

// Error makes inner an error that holds words.
func (inner) Error() string { return "failed" }

type holder struct {
	Words   text.Words
	Tokens  text.Tokens
	Pointer *text.Words
	Inner   inner
	Deep    *inner
	Any     any
	List    []text.Words
	Map     map[string]text.Tokens
	Array   [1]*text.Tokens
	words   text.Words
	pointer *text.Tokens
	hidden  any
	list    []text.Words
	mapped  map[string]*text.Words
}

// holders are the canary in every wrapping that a log line or an error could have.
func holders() map[string]any {
	w := text.New("My " + canary + " " + strings.ToUpper(canary))
	n := text.Normalize(w)
	i := inner{w, n, w, n}
	h := holder{
		Words: w, Tokens: n, Pointer: &w, Inner: i, Deep: &i, Any: i, List: []text.Words{w}, Map: map[string]text.Tokens{"k": n},
		Array: [1]*text.Tokens{&n}, words: w, pointer: &n, hidden: &w, list: []text.Words{w}, mapped: map[string]*text.Words{"k": &w},
	}
	return map[string]any{
		"words": w, "tokens": n, "pointer": &w, "pointer to tokens": &n, "struct": h, "pointer to struct": &h, "inner": i,
		"slice": []text.Words{w, w}, "slice of pointers": []*text.Tokens{&n}, "array": [2]text.Tokens{n, n}, "any": []any{w, n, &w, h},
		"map": map[string]text.Words{"a": w}, "map of keys": map[text.Words]int{w: 1}, "map of tokens": map[text.Tokens]text.Words{n: w},
		"error": fmt.Errorf("ask %v %v: %w", w, n, i), "joined": errors.Join(i, fmt.Errorf("%+v", h)), "reflect": reflect.ValueOf(h),
		"function": func() text.Words { return w }, "channel": make(chan text.Words),
	}
}

func checkCanary(t *testing.T, how, out string) {
	t.Helper()
	lower := strings.ToLower(out)
	for _, leak := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("% x", canary), strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]")} {
		if strings.Contains(lower, leak) {
			t.Errorf("%s prints the words: %s", how, out)
		}
	}
}

func TestNothingPrintsWords(t *testing.T) {
	t.Parallel()
	verbs := strings.Fields("%v %+v %#v %s %+s %#s %q %+q %#q %d %x %X %#x %T %p %t %b %o %O %c %U %e %f %g %w %z %10v %-5.3s %! extra")
	for name, v := range holders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range verbs {
				checkCanary(t, verb, fmt.Sprintf(verb, v))
			}
			checkCanary(t, "Sprint", fmt.Sprint(v, v))
			checkCanary(t, "Sprintln", fmt.Sprintln(v))
			checkCanary(t, "Append", string(fmt.Append(nil, v)))
			checkCanary(t, "a wrapped error", fmt.Errorf("load: %v: %w", v, errors.New("x")).Error())
		})
	}
}

func TestNothingLogsWords(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	options := &slog.HandlerOptions{AddSource: true, Level: slog.LevelDebug}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, options), slog.NewJSONHandler(&out, options)} {
		log := slog.New(handler)
		for name, v := range holders() {
			out.Reset()
			log.Info("asked", slog.Any("value", v), slog.Group("group", slog.Any("value", v)), slog.Any("list", []any{v}))
			log.With("value", v).WithGroup("group").Debug("asked", "value", &v)
			if out.Len() == 0 {
				t.Fatal("nothing was logged")
			}
			checkCanary(t, fmt.Sprintf("%T of %s", handler, name), out.String())
		}
	}
}

func TestNothingEncodesWords(t *testing.T) {
	t.Parallel()
	page := template.Must(template.New("").Parse(`{{.}} {{printf "%v %s %q %x" . . . .}} {{js .}} {{html .}} {{urlquery .}}`))
	for name, v := range holders() {
		if raw, err := json.Marshal(v); err == nil {
			checkCanary(t, "json of "+name, string(raw))
		} else {
			checkCanary(t, "json's error of "+name, err.Error())
		}
		var out bytes.Buffer
		errs := []error{xml.NewEncoder(&out).Encode(v), gob.NewEncoder(&out).Encode(v), page.Execute(&out, v)}
		checkCanary(t, "xml, gob, template of "+name, out.String()+fmt.Sprint(errs))
	}
	w := text.New("two words")
	raw, err := json.Marshal(map[string]any{"words": w, "tokens": text.Normalize(w)})
	if want := `{"tokens":"[2 words]","words":"[2 words]"}`; err != nil || string(raw) != want {
		t.Errorf("json is %s, %v, want %s", raw, err, want)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "[0 words]", "  \n": "[0 words]", "one": "[1 word]", "don’t be here": "[3 words]"} {
		w := text.New(in)
		for _, got := range []string{
			w.String(), text.Normalize(w).String(), fmt.Sprint(w), fmt.Sprintf("%q", text.Normalize(w)), fmt.Sprintf("%v", &w),
		} {
			if got != want {
				t.Errorf("%q prints as %s, want %s", in, got, want)
			}
		}
	}
	if got := fmt.Sprint(text.Words{}, text.Tokens{}); got != "[0 words] [0 words]" {
		t.Errorf("the zero values print as %s", got)
	}
}
