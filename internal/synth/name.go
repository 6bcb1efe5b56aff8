package synth

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// Syllables of places that don't exist, though they could.
var (
	fore = []string{"Vrens", "Skalm", "Drevs", "Mjölk", "Frus", "Gnist", "Tvär", "Knarr", "Brens", "Snöl", "Yxn", "Älvk", "Öxn", "Plog", "Stryng", "Rask",
		"Klyv", "Humpl", "Grant", "Sköl", "Dunk", "Färl", "Blix", "Hjul", "Kvist", "Smäl", "Trom", "Pärl", "Vinkl", "Ljusk", "Myrl", "Spänn"}
	aft = []string{"inge", "vara", "hult", "måla", "torp", "rud", "lösa", "åker", "näs", "mora", "backa", "eda"}

	districtFore = []string{"Spinn", "Korn", "Sadel", "Tegel", "Vadmal", "Tunn", "Lykt", "Kardemumm", "Segel", "Malt", "Ankar", "Kvarn", "Rönn", "Hassel",
		"Ärt", "Flöjt", "Kantarell", "Gran", "Ugn", "Saffran", "Knapp", "Nyckel", "Vante", "Lergök"}
	districtAft = []string{"bäcken", "höjden", "vången", "dalen", "gärdet", "lyckan", "backen", "sätra"}
)

// Län codes start at 02, 11 and 15, which stand empty among the real ones, and go on at 26, above the last real one. So a made
// code keeps the leading zero that spreadsheets lose, and is never the code of a real place.
func lanCode(i int) string {
	free := []int{2, 11, 15, 16}
	if i < len(free) {
		return fmt.Sprintf("%02d", free[i])
	}
	return fmt.Sprintf("%02d", 26+i-len(free))
}

func lanName(i int) string { return districtFore[i%len(districtFore)] + "lands län" }

func nameKommuner(kommuner []kommun, opt Options) {
	order := newStream(opt.Seed, forName, 0).shuffle(len(fore) * len(aft))
	byLan := make([][]int, opt.Lan)
	for k := range kommuner {
		n := order[k%len(order)]
		kommuner[k].name = fore[n/len(aft)] + aft[n%len(aft)]
		byLan[kommuner[k].lan] = append(byLan[kommuner[k].lan], k)
	}
	for i, list := range byLan {
		slices.SortStableFunc(list, func(a, b int) int { return southFirst(kommuner[a].centre, kommuner[b].centre) })
		for n, k := range list {
			kommuner[k].code = fmt.Sprintf("%s%02d", lanCode(i), n+1)
		}
	}
}

func southFirst(a, b orb.Point) int {
	if a[1] != b[1] {
		return cmp.Compare(a[1], b[1])
	}
	return cmp.Compare(a[0], b[0])
}

// codeDrafts numbers the DeSO from south to north within kommun and kind. As in the real codes the three kinds have number series of
// their own, and the last digit is kept for splits.
func codeDrafts(kommuner []kommun, drafts []draft) []string {
	order := make([]int, len(drafts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return southFirst(drafts[a].site, drafts[b].site) })
	start := map[byte]int{'A': 0, 'B': 200, 'C': 100}
	used := make(map[string]int)
	code := make([]string, len(drafts))
	for _, i := range order {
		d := drafts[i]
		series := kommuner[d.kommun].code + string(d.kind)
		used[series]++
		code[i] = fmt.Sprintf("%s%03d0", series, start[d.kind]+used[series])
	}
	return code
}

// codeGroups numbers the RegSO from south to north within the kommun. The result is by group, which is a draft's position.
func codeGroups(kommuner []kommun, drafts []draft, group []int32) []string {
	var heads []int
	for i, g := range group {
		if int(g) == i {
			heads = append(heads, i)
		}
	}
	slices.SortStableFunc(heads, func(a, b int) int { return southFirst(drafts[a].site, drafts[b].site) })
	used := make([]int, len(kommuner))
	code := make([]string, len(drafts))
	for _, i := range heads {
		k := drafts[i].kommun
		used[k]++
		code[i] = fmt.Sprintf("%sR%03d", kommuner[k].code, used[k])
	}
	return code
}

// nameGroups names the RegSO. As in the real ones, a name is unique only together with its kommun.
func nameGroups(kommuner []kommun, drafts []draft, group []int32, regsoCode []string, seed uint64) map[string]string {
	names := make(map[string]string)
	order := make([][]int, len(kommuner))
	used := make([]int, len(kommuner))
	for k := range order {
		order[k] = newStream(seed, forName, uint64(k)+1).shuffle(len(districtFore) * len(districtAft))
	}
	for i, g := range group {
		if int(g) != i {
			continue
		}
		k := drafts[i].kommun
		n := used[k]
		used[k]++
		pick := order[k][n%len(order[k])]
		name := districtFore[pick/len(districtAft)] + districtAft[pick%len(districtAft)]
		if round := n / len(order[k]); round > 0 {
			name = fmt.Sprintf("%s %d", name, round+1)
		}
		if drafts[i].kind == 'A' {
			name = kommuner[k].name + "s omland-" + name
		}
		names[regsoCode[i]] = name
	}
	return names
}
