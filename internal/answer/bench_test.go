package answer_test

import (
	"testing"
	"time"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// BenchmarkStart measures what every start costs: reading the content, building guard and matcher from the stored model.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := answertest.Open(true); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad measures reading and checking the content alone.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := content.Load(faq.FS, "en"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAsk measures one question through the core, by length and kind, in turn with encoding it alone: what the rest costs is seen
// in their ratio on the noisiest machine.
func BenchmarkAsk(b *testing.B) {
	bot := newBot(b)
	enc, err := encoder.New()
	if err != nil {
		b.Fatal(err)
	}
	for name, words := range map[string]string{
		"short":  "cant sleep since i quit k, when does it stop",
		"urgent": "my friend took k and wont wake up",
		"long": "Hey all. Four years of it, the last eighteen months pretty much every day. Flushed what I had on Sunday. Monday wasn't too bad, " +
			"Tuesday was horrible, today I'm sat on the bathroom floor typing this with a towel round me. How long until I am back to myself? Days? Weeks?",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			q := answer.Question{Words: text.New(words)}
			sentence := match.Sentence(text.Normalize(q.Words))
			var asking, encoding time.Duration
			for b.Loop() {
				start := time.Now()
				bot.Ask(q)
				asked := time.Now()
				enc.Encode(sentence)
				asking += asked.Sub(start)
				encoding += time.Since(asked)
			}
			b.ReportMetric(float64(asking.Nanoseconds())/float64(b.N), "ask-ns")
			b.ReportMetric(asking.Seconds()/encoding.Seconds(), "ask/encode")
			b.ReportMetric(0, "ns/op") // it would be of both
		})
	}
}
