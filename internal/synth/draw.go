package synth

import (
	"math"
	"math/rand/v2"
)

// What a stream of random numbers is for. Every entity draws from a stream of its own, keyed by seed, purpose and number, so
// that one more school doesn't change the homes of the pupils.
const (
	forCentre uint64 = iota + 1
	forWeight
	forSite
	forSea
	forEdge
	forMerge
	forField
	forKommunField
	forName
	forRevision
	forYear
	forHousehold
	forMove
	forPerson
	forIncome
	forAddress
	forSchool
	forOffice
	forPupil
	forDirt
	forPlace
	forCode
	forCase
	forCasePlace
	forDistrict
	forPoliceArea
	forCareArea
	forProvider
	forVote
)

// stream is one entity's random numbers.
type stream struct{ pcg rand.PCG }

func (s *stream) seed(seed, purpose, entity uint64) { s.pcg.Seed(mix(seed^mix(purpose)), mix(entity)) }

func newStream(seed, purpose, entity uint64) *stream {
	s := new(stream)
	s.seed(seed, purpose, entity)
	return s
}

// pair is the key of two numbers together.
func pair(a, b uint64) uint64 { return mix(a)*3 + b }

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): near keys give unlike streams.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// float is uniform in [0, 1).
func (s *stream) float() float64 { return float64(s.pcg.Uint64()>>11) / (1 << 53) }

// between is uniform in [lo, hi).
func (s *stream) between(lo, hi float64) float64 { return lo + (hi-lo)*s.float() }

// below is uniform among 0..n-1.
func (s *stream) below(n int) int { return int(s.float() * float64(n)) }

// chance is true with probability p.
func (s *stream) chance(p float64) bool { return s.float() < p }

// normal is standard normal (Box and Muller 1958, one of the two).
func (s *stream) normal() float64 {
	return math.Sqrt(-2*math.Log(1-s.float())) * math.Cos(2*math.Pi*s.float())
}

// shuffle puts 0..n-1 in random order.
func (s *stream) shuffle(n int) []int {
	order := make([]int, n)
	for i := range order {
		j := s.below(i + 1)
		order[i] = order[j]
		order[j] = i
	}
	return order
}
