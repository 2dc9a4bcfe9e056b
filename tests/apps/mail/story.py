"""The people, servers and ports of the mail story, for whoever tells it."""

from collections.abc import Callable

from portlab import Lab, apps, fetch_mail, send_mail
from portlab.host import Host

STUDENT, TEACHER = "student@school.example", "teacher@college.example"
LINE = "Here is my homework."
TEXT = f"From: {STUDENT}\nTo: {TEACHER}\nSubject: Homework\n\n{LINE}\n"
LOGIN = ("student", "sesame")
SUBMISSION, SMTP, POP3, IMAP = 587, 25, 110, 143


def serve(
    school: Host, college: Host, ports: Callable[[int], int] = lambda port: port
) -> apps.Post:
    """Two mail servers; the post of the second."""
    here, there = apps.Post("school.example"), apps.Post("college.example")
    college.listen(ports(SMTP), apps.Smtp(there))
    college.listen(ports(POP3), apps.Pop3(there))
    college.listen(ports(IMAP), apps.Imap(there))
    routes = {"college.example": (college.addresses[0], ports(SMTP))}
    school.listen(ports(SUBMISSION), apps.Smtp(here, submission=True, routes=routes))
    return there


def own_clients(ports: Callable[[int], int]) -> Callable[[Lab], list[list[str]]]:
    """The same story for any world: one mail is sent, read where it lies, taken away, and gone."""

    def story(lab: Lab) -> list[list[str]]:
        writer, school, college, reader = lab.hosts("writer", "school", "college", "reader")
        serve(school, college, ports)
        send_mail(
            *(writer, school, TEXT),
            sender=STUDENT,
            to=TEACHER,
            login=LOGIN,
            port=ports(SUBMISSION),
        )
        lab.run()
        teacher = ("teacher", "chalk")
        return [
            fetch_mail(reader, college, teacher, over="imap", port=ports(IMAP)),
            fetch_mail(reader, college, teacher, over="pop3", port=ports(POP3)),
            fetch_mail(reader, college, teacher, over="imap", port=ports(IMAP)),
        ]

    return story
