"""Exercises: what they ask, what is said to an answer, and what a learner calls.

How to add one to lesson NN:

1. Write a function in `lesson_NN.py`. It draws what differs between students and gives back a
   Task; `lesson_05.py` is a good one to copy.

       @define("05.1", "The numbers of a handshake", covers=("T1", "T2"), source="RFC 9293 3.5")
       def numbers(draw):
           syn, syn_ack, ack = run(handshake, seed=draw.seed())
           return Task(
               given={"client_isn": syn.seq},
               fields=[
                   Whole("ack", syn_ack.ack,
                         right="It names the byte that is expected next.",
                         wrong=[(syn.seq, "A SYN takes one number itself.")],
                         look="What does the server expect next?"),
               ],
               hints=["...", "..."],
           )

   The key (here `syn_ack.ack`) comes from a run, a packet or the catalogue: nobody types it in.
   Kinds of fields: Whole, Text, Address, Choice, Several, Order (fields.py) and what learners make
   themselves, OfTrace and OfExperiment (made.py). `wrong` holds the wrong answers you expect, each
   with what is said to it; they must differ from the key for every student. `look` is said to all
   others. No message may give the key away.

2. Put three cells into the notebook: task, starter with solution, check. What they hold and how
   they are marked stands in docs/lesson-guide.md, under *Exercises*.

The tests try every solution, every starter and every wrong answer, for two hundred students.
"""

from portlab.course.exercises.learner import check, exercise, hint, solution
from portlab.course.exercises.students import student

__all__ = ["check", "exercise", "hint", "solution", "student"]
