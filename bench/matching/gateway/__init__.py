"""The gateway's own stages over agencies in memory: nothing between question and answer is ours."""
