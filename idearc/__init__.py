"""Idearc: write down a product idea, find its competitors and features waiting in a workspace.

A *job* is one question asked about every *idea*; launching a job for an idea is a *run*. A
*provider* gives the model's *answer*; what the *store* keeps of it is one *result* with its
*findings*. A *runner* carries the runs out. The *workspace* is the page of one idea.
"""

__version__ = "0.2.0"
