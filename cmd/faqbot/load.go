package main

import (
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/terminal"
)

// source is a place that content comes from.
type source struct {
	files fs.FS
	dir   string // of a custom folder; empty for the built-in content
}

// newSource opens the place that the flags name.
func newSource(f contentFlags) (source, error) {
	if f.FAQ == "" {
		return source{files: faq.FS}, nil
	}
	info, err := os.Stat(f.FAQ)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source{}, fmt.Errorf("the content folder %s does not exist", f.FAQ)
	case err != nil:
		return source{}, fmt.Errorf("open content folder: %w", err)
	case !info.IsDir():
		return source{}, fmt.Errorf("%s is no folder", f.FAQ)
	}
	return source{files: os.DirFS(f.FAQ), dir: f.FAQ}, nil
}

// load reads and validates the content. Problems name files as the shell can open them.
func (s source) load(locale string) (*content.Library, error) {
	lib, err := content.Load(s.files, locale)
	if err == nil {
		return lib, nil
	}
	var placed []error
	for _, e := range apart(err) {
		placed = append(placed, s.placed(e))
	}
	return nil, errors.Join(placed...)
}

// placed puts the folder before a problem's file.
func (s source) placed(err error) error {
	var p *content.Problem
	if !errors.As(err, &p) || s.dir == "" {
		return err
	}
	moved := *p
	moved.File = filepath.Join(s.dir, filepath.FromSlash(p.File))
	return &moved
}

// isProblem reports whether an error says itself where it stands.
func isProblem(err error) bool {
	var p *content.Problem
	return errors.As(err, &p)
}

// load opens the content that the flags name.
func (p *program) load(f contentFlags) (source, *content.Library, error) {
	s, err := newSource(f)
	if err != nil {
		return source{}, nil, err
	}
	lib, err := s.load(f.Locale)
	return s, lib, err
}

// opener makes a bot from the flags that say which content and which model.
type opener func(p *program, f contentFlags, m modelFlags) (*answer.Bot, error)

// openBot makes a bot of the content and the model that the flags name.
func openBot(p *program, f contentFlags, m modelFlags) (*answer.Bot, error) {
	enc, err := m.encoder()
	if err != nil {
		return nil, err
	}
	var bot *answer.Bot
	examples := func(lib *content.Library) ([]match.Example, match.Options) { return answer.Examples(lib, enc) }
	err = p.read(f, m, examples, func(lib *content.Library, model *match.Model) (err error) {
		bot, err = answer.New(lib, model, enc)
		return err //nolint:wrapcheck // read says what it was for
	})
	return bot, err
}

// reopen reads the content again, for a bot that goes on answering meanwhile. After an error it has what it had.
func reopen(p *program, f contentFlags, m modelFlags, bot *answer.Bot) error {
	return p.read(f, m, bot.Examples, bot.Swap)
}

// read loads content and hands it to take with the model that fits it: the one beside the locale's folder, else the one in the cache, else
// one that is learnt now and kept in the cache. Only content that is wrong is an error; whatever is wrong with a model is mended by learning.
func (p *program) read(f contentFlags, m modelFlags, examplesOf func(*content.Library) ([]match.Example, match.Options), take func(*content.Library, *match.Model) error) error {
	s, lib, err := p.load(f)
	if err != nil {
		return err
	}
	examples, options := examplesOf(lib)
	hash := match.Hash(examples, options)
	use := func(model *match.Model) error { return take(lib, model) }
	shipped := m.file(f.Locale)
	if p.try(hash, shipped, func() ([]byte, error) { return fs.ReadFile(s.files, shipped) }, use) {
		return nil
	}
	kept := cacheFile(m.Cache, hash)
	if kept != "" && p.try(hash, kept, func() ([]byte, error) { return os.ReadFile(kept) }, use) { //nolint:gosec // the user's own folder
		return nil
	}
	model, err := p.learn(examples, options)
	if err != nil {
		return err
	}
	p.keep(kept, model)
	if err := use(model); err != nil {
		return fmt.Errorf("use the content: %w", err)
	}
	return nil
}

// encoder returns the sentence encoder, nil when matching goes by words alone.
func (m modelFlags) encoder() (*encoder.Encoder, error) {
	if m.NoEncoder {
		return nil, nil //nolint:nilnil // no encoder is what nil means everywhere
	}
	enc, err := encoder.New()
	if err != nil {
		return nil, fmt.Errorf("start the encoder: %w", err)
	}
	return enc, nil
}

// file names the model that is shipped beside a locale's folder.
func (m modelFlags) file(locale string) string {
	if m.NoEncoder {
		return locale + ".words.model"
	}
	return locale + ".model"
}

// try uses a stored model; false when there is none or it does not fit. A model of other content is silently passed over: that is what
// content looks like after an edit. A broken one is worth a warning.
func (p *program) try(hash, name string, read func() ([]byte, error), use func(*match.Model) error) bool {
	raw, err := read()
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(raw) == 0 {
		return false
	}
	var model match.Model
	if err == nil {
		err = model.UnmarshalBinary(raw)
	}
	if err == nil && model.Hash != hash {
		return false
	}
	if err == nil {
		err = use(&model)
	}
	if err != nil {
		p.warn("the model %s cannot be used: %v", name, err)
	}
	return err == nil
}

// learn learns a model, with progress on a terminal.
func (p *program) learn(examples []match.Example, options match.Options) (*match.Model, error) {
	progress := terminal.NewProgress(p.stderr)
	defer progress.Clear()
	model, err := match.Learn(examples, options, func(done, total int) {
		progress.Show("learning from %d examples, once for this content: %d %%", len(examples), 100*done/total)
	})
	if err != nil {
		return nil, fmt.Errorf("learn from the content: %w", err)
	}
	return model, nil
}

// cacheFile names the file of a model in the cache; empty where the system has no cache folder.
func cacheFile(cache, hash string) string {
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		cache = filepath.Join(user, "faqbot")
	}
	return filepath.Join(cache, hash+".model")
}

// keep stores a model in the cache. Without it the next start learns again, so that a failure is a warning.
func (p *program) keep(name string, model *match.Model) {
	if name == "" {
		p.warn("there is no folder to keep the learnt model in: set FAQBOT_CACHE")
		return
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		p.warn("the learnt model is not kept: %v", err)
		return
	}
	if err := writeModel(name, model); err != nil {
		p.warn("the learnt model is not kept: %v", err)
	}
}

// writeModel writes a model in one step: whoever reads the name finds a whole model or none.
func writeModel(name string, model encoding.BinaryMarshaler) (err error) {
	raw, err := model.MarshalBinary()
	if err != nil {
		return fmt.Errorf("encode model: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".faqbot-*")
	if err != nil {
		return fmt.Errorf("write model %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error counts
		}
	}()
	_, err = f.Write(raw)
	if err == nil {
		err = f.Chmod(0o644) // it holds numbers alone, and goes into repositories and images
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write model %s: %w", name, err)
	}
	return nil
}
