package grant_test

import (
	"fmt"
	"math/big"

	"github.com/skikt/skikt/grant"
)

// Three huvudmän share 1 000 kr by index × pupils; nobody may have less than 200 kr.
func ExampleRule_Allocate() {
	pupils, _ := grant.Numbers([]string{"200", "100", "50"})
	index, _ := grant.Numbers([]string{"100", "150", "100"})
	units := &grant.Units{ID: []string{"0001", "0002", "0003"}, Numbers: map[string][]*big.Rat{"y": pupils, "index": index}}

	rule := grant.Equality(1000, "y")
	plain, _ := rule.Allocate(units)
	least := int64(200)
	rule.Pots[0].Floor.Kronor = &least
	floor, _ := rule.Allocate(units)
	fmt.Println(plain.Paid, floor.Paid, floor.Pots[0].Lambda)

	c, _ := grant.Compare(plain, floor)
	fmt.Println(c.All.Gain, c.All.Lose, c.All.Won)

	least = 400
	_, err := rule.Allocate(units)
	fmt.Println(err)
	// Output:
	// [500 375 125] [457 343 200] 4/175
	// 1 2 75
	// grant: pot frame: the floors sum to 1200 kr, 200 kr more than the budget of 1000 kr (3 units: 0001, 0002, 0003); no amounts are given: lower the floors or raise the budget
}
