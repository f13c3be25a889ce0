"""What is asked of Bitbucket's REST API."""
