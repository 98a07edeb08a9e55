package match

import "sync"

// plan tells how far learning is. Its parts are weighted by about how long they take. A nil plan tells nobody.
type plan struct {
	mu          sync.Mutex
	tell        func(done, total int)
	done, total int
	each        int // what encoding one example is worth
}

const (
	solvedWorth = 1
	chosenWorth = 200 // of one embedding weight that was tried
)

func newPlan(examples int, encoding bool, tell func(done, total int)) *plan {
	p := &plan{tell: tell, total: examples*solvedWorth + chosenWorth*len(penalties()) + 1}
	if encoding {
		p.each = 2
		p.total += examples*p.each + chosenWorth*len(embeddingWeights())
	}
	p.add(0)
	return p
}

func (p *plan) add(worth int) {
	if p == nil || p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += worth
	p.tell(p.done, p.total)
}

func (p *plan) encoded()            { p.add(p.each) }
func (p *plan) chosen()             { p.add(chosenWorth) }
func (p *plan) solved(examples int) { p.add(examples * solvedWorth) }
func (p *plan) finish()             { p.add(1) }
