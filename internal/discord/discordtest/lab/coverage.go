package lab

import "sync"

// Coverage notes which features scenarios have played, and how that went. Its zero value has noted none. It is safe for concurrent use.
type Coverage struct {
	mu            sync.Mutex
	well, refused map[string]bool
}

// Note notes that a feature was played, and whether Discord refused something of it.
func (c *Coverage) Note(feature string, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.well == nil {
		c.well, c.refused = map[string]bool{}, map[string]bool{}
	}
	if refused {
		c.refused[feature] = true
		return
	}
	c.well[feature] = true
}

// Lacks says which features lack a scenario in which all goes well, or one in which Discord refuses something.
func (c *Coverage) Lacks(features []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, f := range features {
		if !c.well[f] {
			out = append(out, f+": no scenario in which it goes well")
		}
		if !c.refused[f] {
			out = append(out, f+": no scenario in which Discord refuses it")
		}
	}
	return out
}
