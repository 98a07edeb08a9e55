package match

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// modelMagic opens a model file; its last digit is the version of the layout.
const modelMagic = "faqmodl1"

// hashDigits is the length of a hash in a model file.
const hashDigits = 64

// MarshalBinary writes the model: magic, hash, temperature, step, number of coefficients, coefficients; little endian.
func (m *Model) MarshalBinary() ([]byte, error) {
	if len(m.Hash) != hashDigits {
		return nil, errors.New("the model has no hash")
	}
	var b bytes.Buffer
	b.WriteString(modelMagic)
	b.WriteString(m.Hash)
	head := []uint64{math.Float64bits(m.Temperature), math.Float64bits(m.step), uint64(len(m.duals))}
	for _, part := range []any{head, m.duals} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("write model: %w", err)
		}
	}
	return b.Bytes(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (m *Model) UnmarshalBinary(raw []byte) error {
	const headBytes = len(modelMagic) + hashDigits + 3*8
	if len(raw) < headBytes || string(raw[:len(modelMagic)]) != modelMagic {
		return errors.New("this is no model file of this version")
	}
	rest := raw[len(modelMagic):]
	hash, rest := string(rest[:hashDigits]), rest[hashDigits:]
	temperature := math.Float64frombits(binary.LittleEndian.Uint64(rest))
	step := math.Float64frombits(binary.LittleEndian.Uint64(rest[8:]))
	n := binary.LittleEndian.Uint64(rest[16:])
	rest = rest[24:]
	if n*2 != uint64(len(rest)) || n > uint64(len(rest)) {
		return fmt.Errorf("the model file has %d bytes of coefficients, not %d", len(rest), n*2)
	}
	if !(temperature > 0) || !(step > 0) || math.IsInf(temperature, 0) || math.IsInf(step, 0) {
		return errors.New("the model file has impossible settings")
	}
	duals := make([]int16, n)
	for i := range duals {
		duals[i] = int16(binary.LittleEndian.Uint16(rest[2*i:]))
	}
	*m = Model{Hash: hash, Temperature: temperature, step: step, duals: duals}
	return nil
}
