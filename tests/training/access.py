"""Who may open what in training: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

# The course is shown and taught by `owner`; `trainer` is another trainer; the cohort's seat is the member's own.
ROWS: list[tuple[str, dict[str, int]]] = [
    ("courses.courses", {"visitor": 200, "member": 200, "trainer": 200, "owner": 200}),
    ("courses.course", {"visitor": 200, "member": 200, "trainer": 200, "owner": 200}),
    ("courses.desk", {"visitor": 303, "member": 404, "trainer": 200, "owner": 200}),
    ("courses.new_course", {"visitor": 303, "member": 404, "trainer": 200, "owner": 200}),
    ("courses.my_course", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
    ("courses.change_course", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
    ("courses.publish_course", {"visitor": 303, "member": 404, "trainer": 404, "owner": 303}),
    ("courses.new_cohort", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
    ("courses.change_cohort", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
    ("courses.close_cohort", {"visitor": 303, "member": 404, "trainer": 404, "owner": 303}),
    ("courses.reopen_cohort", {"visitor": 303, "member": 404, "trainer": 404, "owner": 303}),
    ("courses.cancel_cohort", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
    ("enrolments.enrol", {"visitor": 303, "member": 303, "trainer": 303, "owner": 303}),
    ("enrolments.leave", {"visitor": 303, "member": 404, "participant": 200, "owner": 404}),
    ("enrolments.mine", {"visitor": 303, "member": 200, "trainer": 200, "owner": 200}),
    ("enrolments.roster", {"visitor": 303, "member": 404, "trainer": 404, "owner": 200}),
]
