package match

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"faqbot/internal/encoder"
	"faqbot/internal/lexicon"
	"faqbot/internal/parallel"
)

// solution is what is learnt for one label.
type solution struct {
	members      []int32           // examples, ascending
	coefficients []float64         // one a member
	held         map[int32]float64 // the score that a member held out would get from a solution without it
}

// solve solves every label, and finds the scores of the examples that are held out.
func (m *Matcher) solve(heldOut []int, p *plan) ([]solution, error) {
	out := make([]solution, len(m.labels))
	failed := make([]error, len(m.labels))
	isHeld := make([]bool, len(m.examples))
	for _, i := range heldOut {
		isHeld[i] = true
	}
	whole := sync.OnceValues(func() (*factored, error) {
		all := make([]int32, len(m.examples))
		for i := range all {
			all[i] = int32(i)
		}
		return m.factorise(all, isHeld)
	})
	order := make([]int, len(m.labels))
	for i := range order {
		order[i] = i
	}
	// The largest first, so that no processor is left with it at the end.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.size(b), m.size(a)) })
	parallel.Each(len(order), func(k int) {
		label := order[k]
		members := m.block(label)
		factor := whole // labels share it whose rivals are all others
		if len(members) < len(m.examples) {
			factor = func() (*factored, error) { return m.factorise(members, isHeld) }
		}
		out[label], failed[label] = m.solveLabel(label, members, factor)
		p.solved(m.size(label))
	})
	return out, errors.Join(failed...)
}

// solveLabel solves (K + Λ) c = y for a label's own examples and its rivals, where K holds their similarities, Λ the penalties and y is
// 1 for its own. With G the inverse of K + Λ, the score held out is y_i - c_i / G_ii (Rasmussen & Williams 2006, section 5.4.2).
func (m *Matcher) solveLabel(label int, members []int32, factor func() (*factored, error)) (solution, error) {
	if len(members) == 0 {
		return solution{}, nil
	}
	f, err := factor()
	if err != nil {
		return solution{}, fmt.Errorf("solve %s: %w", m.labels[label], err)
	}
	target := make([]float64, len(members))
	for a, i := range members {
		if m.examples[i].label == label {
			target[a] = 1
		}
	}
	s := solution{members: members, coefficients: slices.Clone(target), held: make(map[int32]float64, len(f.held))}
	c := blas64.Vector{N: len(members), Data: s.coefficients, Inc: 1}
	blas64.Trsv(blas.NoTrans, f.lower, c)
	blas64.Trsv(blas.Trans, f.lower, c)
	for k, a := range f.held {
		s.held[members[a]] = target[a] - s.coefficients[a]/f.diagonal[k]
	}
	return s, nil
}

// factored is the Cholesky factor L of the kernel of some examples, and part of the diagonal of the kernel's inverse.
type factored struct {
	lower    blas64.Triangular
	held     []int     // numbers of the members that are held out
	diagonal []float64 // the entries of these
}

// factorise factorises the kernel of some examples.
func (m *Matcher) factorise(members []int32, isHeld []bool) (*factored, error) {
	lower, ok := lapack64.Potrf(m.kernel(members))
	if !ok {
		return nil, fmt.Errorf("the kernel of %d examples is not positive definite", len(members))
	}
	var held []int
	for a, i := range members {
		if isHeld[i] {
			held = append(held, a)
		}
	}
	return &factored{lower, held, inverseDiagonal(lower, held)}, nil
}

// inverseDiagonal returns entries of the diagonal of the inverse of L Lᵀ: the squared lengths of columns of the inverse of L. Wide strips of
// columns are solved at once, so that L is read from memory seldom.
func inverseDiagonal(lower blas64.Triangular, entries []int) []float64 {
	const width = 64
	out := make([]float64, len(entries))
	parallel.Each((len(entries)+width-1)/width, func(strip int) {
		from := strip * width
		wanted := entries[from:min(from+width, len(entries))]
		first := wanted[0] // above it the columns are zero
		rest := lower
		rest.N -= first
		rest.Data = lower.Data[first*lower.Stride+first:]
		columns := blas64.General{Rows: rest.N, Cols: len(wanted), Stride: len(wanted), Data: make([]float64, rest.N*len(wanted))}
		for k, a := range wanted {
			columns.Data[(a-first)*columns.Stride+k] = 1
		}
		blas64.Trsm(blas.Left, blas.NoTrans, 1, rest, columns)
		for k := range wanted {
			length := blas64.Nrm2(blas64.Vector{N: rest.N, Data: columns.Data[k:], Inc: columns.Stride})
			out[from+k] = length * length
		}
	})
	return out
}

// size is the number of a label's examples.
func (m *Matcher) size(label int) int { return m.first[label+1] - m.first[label] }

// block returns a label's own examples and its rivals: those nearest to the mean of its own. Equally near ones count in their order.
func (m *Matcher) block(label int) []int32 {
	own := m.size(label)
	if own == 0 {
		return nil
	}
	near := m.nearMean(label)
	var others, members []int32
	for i, e := range m.examples {
		if e.label == label {
			members = append(members, int32(i))
		} else {
			others = append(others, int32(i))
		}
	}
	count := min(max(rivals*own, leastRivals), m.mostRivals, len(others))
	members = append(members, closest(others, near, count)...)
	slices.Sort(members)
	return members
}

// closest returns the count examples that are most near; of equally near ones those that stand first.
func closest(examples []int32, near []float32, count int) []int32 {
	if count == len(examples) {
		return examples
	}
	least, ties := leastOfBest(examples, near, count)
	out := make([]int32, 0, count)
	for _, i := range examples {
		if near[i] > least || near[i] == least && ties > 0 {
			if near[i] == least {
				ties--
			}
			out = append(out, i)
		}
	}
	return out
}

// leastOfBest returns the least of the count largest values, and how many of these equal it.
func leastOfBest(examples []int32, near []float32, count int) (least float32, ties int) {
	best := make([]float32, 0, 2*count)
	least = float32(math.Inf(-1))
	cut := func() {
		slices.Sort(best)
		best = slices.Delete(best, 0, max(0, len(best)-count))
	}
	for _, i := range examples {
		if near[i] <= least {
			continue // as many stand above it already
		}
		if best = append(best, near[i]); len(best) == 2*count {
			cut()
			least = best[0]
		}
	}
	cut()
	for ties < len(best) && best[ties] == best[0] {
		ties++
	}
	return best[0], ties
}

// nearMean returns the similarity of every example to the sum of a label's own examples.
func (m *Matcher) nearMean(label int) []float32 {
	if m.pairs != nil {
		out := make([]float32, len(m.examples))
		for i := m.first[label]; i < m.first[label+1]; i++ {
			for j, s := range m.toExample(i) {
				out[j] += s
			}
		}
		return out
	}
	return m.similarities(m.sum(label))
}

// sum returns the sums of the n-grams and of the embeddings of a label's own examples.
func (m *Matcher) sum(label int) (features []lexicon.Feature, centre []float32) {
	sums := make(map[int32]float32)
	if m.model.embeddings != nil {
		centre = make([]float32, encoder.Dim)
	}
	for i := m.first[label]; i < m.first[label+1]; i++ {
		for _, f := range m.examples[i].features {
			sums[f.ID] += f.Weight
		}
		if centre != nil {
			for j, x := range m.model.embeddings.vectors(i) {
				centre[j] += x
			}
		}
	}
	features = make([]lexicon.Feature, 0, len(sums))
	for id, w := range sums {
		features = append(features, lexicon.Feature{ID: id, Weight: w})
	}
	slices.SortFunc(features, func(a, b lexicon.Feature) int { return cmp.Compare(a.ID, b.ID) })
	return features, centre
}

// kernel returns the similarities of all pairs of some examples, with each one's penalty added on the diagonal; the lower triangle of it.
func (m *Matcher) kernel(members []int32) blas64.Symmetric {
	n := len(members)
	k := blas64.Symmetric{Uplo: blas.Lower, N: n, Stride: n, Data: make([]float64, n*n)}
	if m.pairs != nil {
		for a, i := range members {
			row := m.toExample(int(i))
			for b, j := range members[:a+1] {
				k.Data[a*n+b] = float64(row[j])
			}
		}
	} else {
		m.fill(k, members)
	}
	for a, i := range members {
		k.Data[a*n+a] += m.model.Penalty / m.examples[i].weight
	}
	return k
}

// fill fills the lower triangle of a kernel with the similarities of all pairs of some examples.
func (m *Matcher) fill(k blas64.Symmetric, members []int32) {
	cosines, stride := m.cosines(members)
	weight := float32(m.model.Embedding * m.model.Embedding)
	memory, ok := m.postingsPool.Get().(*[][]lexicon.Posting) // of the members before and at the row
	if !ok {
		made := make([][]lexicon.Posting, m.vocab.Len())
		memory = &made
	}
	postings := *memory
	similarity := make([]float32, len(members))
	for a, i := range members {
		row := similarity[:a+1]
		clear(row)
		for _, f := range m.examples[i].features {
			before := append(postings[f.ID], lexicon.Posting{Example: int32(a), Weight: f.Weight})
			postings[f.ID] = before
			for _, p := range before {
				row[p.Example] += f.Weight * p.Weight
			}
		}
		if cosines != nil {
			for b, c := range cosines[a*stride:][:a+1] {
				row[b] += weight * c
			}
		}
		for b, x := range row {
			k.Data[a*k.Stride+b] = float64(x)
		}
	}
	m.empty(postings, members)
	m.postingsPool.Put(memory)
}

// empty empties the postings of some examples, and keeps their memory.
func (m *Matcher) empty(postings [][]lexicon.Posting, members []int32) {
	for _, i := range members {
		for _, f := range m.examples[i].features {
			postings[f.ID] = postings[f.ID][:0]
		}
	}
}

// cosines returns the inner products of the embeddings of all pairs: that of a and b is number a*stride+b. Nil without embeddings.
func (m *Matcher) cosines(members []int32) (products []float32, stride int) {
	if m.model.embeddings == nil {
		return nil, 0
	}
	examples := make([]int, len(members))
	for k, i := range members {
		examples[k] = int(i)
	}
	matrix := encoder.NewMatrix(m.model.embeddings.pick(examples).rows)
	return matrix.Products(m.model.embeddings.vectors(examples...)), matrix.Stride()
}

// pairs holds the inner products of all pairs of examples, so that they need not be found again for every setting that is tried.
type pairs struct {
	words     [][]float32 // of the n-grams, by both examples
	sentences []float32   // of the embeddings; nil without
	stride    int         // of sentences, from one example to the next
}

func (m *Matcher) newPairs() *pairs {
	out := &pairs{words: make([][]float32, len(m.examples))}
	parallel.Each(len(m.examples), func(i int) { out.words[i] = m.similarities(m.examples[i].features, nil) })
	all := make([]int32, len(m.examples))
	for i := range all {
		all[i] = int32(i)
	}
	out.sentences, out.stride = m.cosines(all)
	return out
}

// toExample returns the similarity of an example to every example.
func (m *Matcher) toExample(i int) []float32 {
	if m.pairs == nil {
		var centred []float32
		if m.model.embeddings != nil {
			centred = m.model.embeddings.vectors(i)
		}
		return m.similarities(m.examples[i].features, centred)
	}
	out := slices.Clone(m.pairs.words[i])
	if m.pairs.sentences != nil {
		weight := float32(m.model.Embedding * m.model.Embedding)
		for j, c := range m.pairs.sentences[i*m.pairs.stride:][:len(out)] {
			out[j] += weight * c
		}
	}
	return out
}
