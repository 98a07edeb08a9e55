// Package answertest opens bots for tests, and for programs that test: the one that is shipped, and those of small content folders. It also
// says things otherwise, to see whether a bot still takes them as it did. It does not import testing.
package answertest

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/match"
)

const locale = "en"

// Test is what is needed of a testing.TB.
type Test interface {
	Helper()
	Fatal(args ...any)
}

// Shipped returns the bot as it is shipped, opened once for all that only ask it.
func Shipped(t Test) *answer.Bot {
	t.Helper()
	bot, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

var shipped = sync.OnceValues(func() (*answer.Bot, error) { return Open(true) }) //nolint:gochecknoglobals // opened once for all tests of a package

// Open opens the shipped content with the model that is shipped for it; without the encoder that is the one of words alone.
func Open(withEncoder bool) (*answer.Bot, error) {
	lib, err := content.Load(faq.FS, locale)
	if err != nil {
		return nil, fmt.Errorf("load the content: %w", err)
	}
	var enc *encoder.Encoder
	name := locale + ".words.model"
	if withEncoder {
		if enc, err = encoder.New(); err != nil {
			return nil, fmt.Errorf("start the encoder: %w", err)
		}
		name = locale + ".model"
	}
	raw, err := faq.FS.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	var model match.Model
	if err := model.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("read the model faq/%s: %w", name, err)
	}
	bot, err := answer.New(lib, &model, enc)
	if errors.Is(err, match.ErrStale) {
		return nil, fmt.Errorf("faq/%s is stale, run go generate ./faq: %w", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the shipped bot: %w", err)
	}
	return bot, nil
}

// learnt holds by folder what learns it.
var learnt sync.Map //nolint:gochecknoglobals // learnt once for all tests of a package

// Learnt returns a bot that has learnt a content folder by words alone, once for all that only ask it.
func Learnt(t Test, dir string) *answer.Bot {
	t.Helper()
	once, _ := learnt.LoadOrStore(dir, sync.OnceValues(func() (*answer.Bot, error) { return learn(dir) }))
	bot, err := once.(func() (*answer.Bot, error))() //nolint:errcheck,forcetypeassert // nothing else is stored
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

func learn(dir string) (*answer.Bot, error) {
	lib, err := content.Load(os.DirFS(dir), locale)
	if err != nil {
		return nil, fmt.Errorf("load the content: %w", err)
	}
	examples, options := answer.Examples(lib, nil)
	model, err := match.Learn(examples, options, nil)
	if err != nil {
		return nil, fmt.Errorf("learn the content: %w", err)
	}
	bot, err := answer.New(lib, model, nil)
	if err != nil {
		return nil, fmt.Errorf("open a bot: %w", err)
	}
	return bot, nil
}
