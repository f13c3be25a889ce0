"""Many repositories, and the ledger of what is known of them."""
