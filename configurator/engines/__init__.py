"""Who answers: engines that search a constraint problem, one protocol, one suite for all of them."""
