"""The nightly plan, for Airflow 2.7 and later.

Exit code 1 is "done, but a person must look": the task before the mail succeeds and the mail is sent. 2 and 3 fail the task, and
are not tried again, since a second try would read the same; 3 may also mean that another run is at work.
"""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowFailException
from airflow.operators.email import EmailOperator

COMMAND = [
    "seatshift",
    "plan",
    "/srv/exports",
    "--config",
    "seatshift.toml",
    "-o",
    "plan/plan.csv",
    "--history",
    "history",
    "--log",
    "json",
]


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),  # UTC: no night has the hour twice or not at all
    catchup=False,
    max_active_runs=1,
    tags=["csp"],
)
def seatshift():
    @task.short_circuit(retries=0, execution_timeout=timedelta(hours=2))
    def plan(data_interval_end=None) -> bool:
        """Plans for the day of the run; answers whether a person must look."""
        as_of = data_interval_end.strftime("%Y-%m-%d")
        code = subprocess.run([*COMMAND, "--as-of", as_of], cwd="/var/lib/seatshift", check=False).returncode
        if code not in (0, 1):
            raise AirflowFailException(f"seatshift returned {code}: the last plan stays, see plan.stopped.run.json")
        return code == 1

    look = EmailOperator(
        task_id="look",
        to="operations@example.com",
        subject="seatshift: the plan is done, but look",
        html_content="See plan.findings.csv beside the plan.",
    )
    plan() >> look


seatshift()
