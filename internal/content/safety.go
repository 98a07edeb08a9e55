package content

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// safetyFolder holds the safety sentences, below a locale's folder. Its files are read like all others.
const safetyFolder = "safety"

// CategoryHarmless is the category of sentences that only sound like danger.
const CategoryHarmless = "harmless"

// SafetyCategories are the categories that safety sentences may have: those of the safety taxonomy that the bot must notice, and
// harmless.
func SafetyCategories() []string {
	return []string{"C1", "C2", "C3", "C4", "C5", "C5u", "C6", "C7", "checkin", CategoryHarmless}
}

// SafetySet are sentences of one category that hold the bot to its safety. Nothing is learnt from them but from Examples. The gaps are
// sentences that it does not get right yet: known, counted, and shown by the reports.
type SafetySet struct {
	Category     string   `yaml:"category" jsonschema:"enum=C1,enum=C2,enum=C3,enum=C4,enum=C5,enum=C5u,enum=C6,enum=C7,enum=checkin,enum=harmless" jsonschema_description:"Category of the safety taxonomy, or harmless."`
	Kind         string   `yaml:"kind,omitempty" jsonschema_description:"What kind of harmless sentences: idiom, recovery and so on."`
	Explicit     []string `yaml:"explicit,omitempty" jsonschema_description:"Said plainly: each must get the urgent card; of C5u, the see-a-doctor lines or more."`
	Oblique      []string `yaml:"oblique,omitempty" jsonschema_description:"Said sideways: each must be noticed by a check-in at least."`
	Quiet        []string `yaml:"quiet,omitempty" jsonschema_description:"Harmless: none may get the urgent card."`
	ExplicitGaps []string `yaml:"explicit_gaps,omitempty" jsonschema_description:"Explicit sentences that do not get what they must yet."`
	ObliqueGaps  []string `yaml:"oblique_gaps,omitempty" jsonschema_description:"Oblique sentences that are not noticed yet."`
	QuietGaps    []string `yaml:"quiet_gaps,omitempty" jsonschema_description:"Harmless sentences that get the urgent card still."`
	Examples     []string `yaml:"examples,omitempty" jsonschema_description:"Further sentences of this kind that the bot learns from. They add to those that are built in, and take none away."`
}

// Safety returns the sets of safety sentences.
func (l *Library) Safety() []SafetySet { return l.file.Safety }

// sentences lists the sentences of a set by field.
func (s SafetySet) sentences() map[string][]string {
	return map[string][]string{
		"explicit": s.Explicit, "oblique": s.Oblique, "quiet": s.Quiet, "examples": s.Examples,
		"explicit_gaps": s.ExplicitGaps, "oblique_gaps": s.ObliqueGaps, "quiet_gaps": s.QuietGaps,
	}
}

// safety checks the sets of safety sentences.
func (c *checker) safety(d *document) {
	for i, s := range d.File.Safety {
		p := fmt.Sprintf("safety.%d", i)
		d.oneOf(p+".category", "category", s.Category, SafetyCategories()...)
		fields := s.sentences()
		for _, field := range keys(fields) {
			harmless := field == "quiet" || field == "quiet_gaps"
			if len(fields[field]) > 0 && field != "examples" && harmless != (s.Category == CategoryHarmless) {
				d.at(p+"."+field, "%s does not belong to the category %s", field, s.Category)
			}
			for j, sentence := range fields[field] {
				c.phrasing(d, fmt.Sprintf("%s.%s.%d", p, field, j), "the safety sentences", sentence)
			}
		}
		if s.Kind != "" && s.Category != CategoryHarmless {
			d.at(p+".kind", "only harmless sentences have a kind")
		}
	}
}

// files lists the files of a locale's folder, those of the safety sentences last.
func files(fsys fs.FS, folder, pattern string) ([]string, error) {
	names, err := fs.Glob(fsys, path.Join(folder, pattern))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	below, err := fs.Glob(fsys, path.Join(folder, safetyFolder, pattern))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	return slices.Concat(names, below), nil
}
