package guard

import (
	"strings"
	"testing"
	"time"

	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// BenchmarkReading measures what the guard adds to a message whose encoding the matcher needs anyway, in turn with that encoding: the phrases
// and the classifier. The long one is read in parts too, and these are encoded for the guard alone.
func BenchmarkReading(b *testing.B) {
	enc, err := encoder.New()
	if err != nil {
		b.Fatal(err)
	}
	g, err := New(enc)
	if err != nil {
		b.Fatal(err)
	}
	for name, words := range map[string]string{
		"short": "cant sleep since i quit k, when does it stop",
		"long": "Hey all. Four years of it, the last eighteen months pretty much every day. Flushed what I had on Sunday. Monday wasn't too bad, " +
			"Tuesday was horrible, today I'm sat on the bathroom floor typing this with a towel round me. How long until I am back to myself? Days? Weeks?",
		"hostile": strings.Repeat("i cant. ", text.MaxRunes/8),
	} {
		b.Run(name, func(b *testing.B) {
			tokens := text.Normalize(text.New(words))
			known := enc.Encode(match.Sentence(tokens))
			var reading, encoding time.Duration
			for b.Loop() {
				start := time.Now()
				g.Assess(tokens)
				g.Opinions(tokens, func() encoder.Embedding { return known })
				read := time.Now()
				enc.Encode(match.Sentence(tokens))
				reading += read.Sub(start)
				encoding += time.Since(read)
			}
			b.ReportMetric(float64(reading.Nanoseconds())/float64(b.N), "guard-ns")
			b.ReportMetric(reading.Seconds()/encoding.Seconds(), "guard/encode")
			b.ReportMetric(0, "ns/op") // it would be of both
		})
	}
}
