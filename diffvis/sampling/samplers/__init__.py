"""The samplers that come with diffvis, one file each; ``diffvis.sampling.sampler`` finds them."""
