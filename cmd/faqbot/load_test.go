package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/match"
)

// ask asks about a content folder, insists on the right answer and returns what was written to standard error.
func ask(t *testing.T, dir, cache string) (stderr string) {
	t.Helper()
	code, out, stderr := runHere(map[string]string{"FAQBOT_CACHE": cache, "FAQBOT_NO_ENCODER": "true"}, "ask", "--faq", dir, "--json", "i cant sleep")
	if code != exitGood || !strings.Contains(out, `"id":"symptom/insomnia"`) {
		t.Fatalf("exit code %d, answer %s, errors %s", code, out, stderr)
	}
	return stderr
}

// models lists the files of a cache.
func models(t *testing.T, cache string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(cache, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// trained is the model that train writes for the test content, by words alone.
var trained = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "faqbot-test-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system clears it
	file := filepath.Join(dir, "model")
	code, out, stderr := runHere(nil, "train", "--no-encoder", "--faq", "testdata/faq", "--out", file)
	if code != exitGood || !strings.HasPrefix(out, "wrote "+file+": ") || stderr != "" {
		return nil, errors.New("train: " + out + stderr)
	}
	return os.ReadFile(file)
})

func learnt(t *testing.T) []byte {
	t.Helper()
	model, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func TestCache(t *testing.T) {
	t.Parallel()
	dir, cache := copyContent(t), filepath.Join(t.TempDir(), "made", "on demand")
	if stderr := ask(t, dir, cache); stderr != "" {
		t.Errorf("learning says %q where no terminal is", stderr)
	}
	kept := models(t, cache)
	if len(kept) != 1 {
		t.Fatalf("the cache holds %q, not one model", kept)
	}
	// Learning twice gives the same bytes, so that a committed model changes with its content alone.
	whole := learnt(t)
	if first, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(first, whole) {
		t.Fatalf("learning twice gives two models (%v)", err)
	}
	before, err := os.Stat(kept[0])
	if err != nil {
		t.Fatal(err)
	}

	// The second start reads what the first kept.
	if stderr := ask(t, dir, cache); stderr != "" {
		t.Errorf("the second start says %q", stderr)
	}
	if after, err := os.Stat(kept[0]); err != nil || !os.SameFile(before, after) {
		t.Errorf("the second start learnt again (%v)", err)
	}

	// A broken file is warned of, learnt anew and replaced.
	if err := os.WriteFile(kept[0], whole[:len(whole)-2], 0o600); err != nil {
		t.Fatal(err)
	}
	if stderr := ask(t, dir, cache); !strings.Contains(stderr, "warning") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a broken model is told as %q", stderr)
	}
	if mended, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(mended, whole) {
		t.Errorf("the broken model was not replaced by the same as before (%v)", err)
	}
	if left := models(t, cache); len(left) != 1 {
		t.Errorf("the cache holds %q: something was left behind", left)
	}
}

func TestUnwritableCache(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stderr := ask(t, copyContent(t), file)
	if !strings.Contains(stderr, "faqbot: warning: the learnt model is not kept") {
		t.Errorf("a cache that cannot be written is told as %q", stderr)
	}
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "faqbot: warning: ") {
			t.Errorf("a cache that cannot be written gives %q, which is no warning", line)
		}
	}
}

func TestModelBesideContent(t *testing.T) {
	t.Parallel()
	dir, cache := copyContent(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "en.words.model"), learnt(t), 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, dir, cache)
	if kept := models(t, cache); len(kept) != 0 {
		t.Errorf("the model beside the content was passed over: %q was learnt", kept)
	}

	// After an edit it does not fit any more: silently passed over.
	edited := filepath.Join(dir, "en", "entries.yaml")
	raw, err := os.ReadFile(edited)
	if err != nil {
		t.Fatal(err)
	}
	raw = append(raw, "      - \"who can i phone tonight\"\n"...)
	if err := os.WriteFile(edited, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if stderr := ask(t, dir, cache); stderr != "" {
		t.Errorf("a model of other content is told as %q", stderr)
	}
	if kept := models(t, cache); len(kept) != 1 {
		t.Errorf("the edited content was not learnt: %q", kept)
	}
}

// The shipped models must fit the shipped content, or every start of the program learns for half a minute.
func TestShippedModelsFit(t *testing.T) {
	t.Parallel()
	for _, flags := range []modelFlags{{}, {NoEncoder: true}} {
		file := flags.file("en")
		raw, err := faq.FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lib, err := content.Load(faq.FS, "en")
		if err != nil {
			t.Fatal(err)
		}
		enc, err := flags.encoder()
		if err != nil {
			t.Fatal(err)
		}
		var model match.Model
		if err := model.UnmarshalBinary(raw); err != nil {
			t.Errorf("%s: %v: run go generate ./faq", file, err)
		} else if _, err := answer.New(lib, &model, enc); err != nil {
			t.Errorf("%s: %v: run go generate ./faq", file, err)
		}
	}
}

// The safety sentences are asked by .ci/run, which checks the shipped content as a whole.
func TestShippedContent(t *testing.T) {
	t.Parallel()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	if replies, problems := checkReplies(answer.NewCards(lib)); replies < 200 || len(problems) > 0 {
		t.Errorf("%d replies, problems %v", replies, problems)
	}
}

// A model that cannot be written is a failure that names the file, and leaves nothing behind.
func TestTrainIntoAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(out, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runHere(nil, "train", "--no-encoder", "--faq", testContent(t), "--out", out)
	if code != exitFailed || stdout != "" || !strings.HasPrefix(stderr, "faqbot: write model "+out+": ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("train exits with %d: %s%s", code, stdout, stderr)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %q (%v)", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".faqbot-*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %q (%v)", left, err)
	}
}
