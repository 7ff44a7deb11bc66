"""b_hunt.py - loading events and hunting in them, side by side.

Called by: run.sh with the file of events (JSON lines). The same question goes
to this program as KQL, to DuckDB as SQL by hand, and to pandas; the number of
result rows must agree, else the row says so.
"""
import sys

import pandas

import peers

ROUNDS = 5

KQL, SQL, PANDAS = {}, {}, {}


def question(name):
    def keep(function):
        PANDAS[name] = function
        return function
    return keep


NAMES = ["term in command lines", "rare programs", "failed logons per hour",
         "success after failures", "program of a path", "largest flows"]

KQL[NAMES[0]] = r"""
T | where CommandLine has "powershell" and CommandLine !has "update"
| summarize Events = count(), First = min(TimeGenerated) by Computer"""
SQL[NAMES[0]] = r"""
SELECT Computer, count(*), min(TimeGenerated) FROM T
WHERE regexp_matches(CommandLine, '(?i)\bpowershell\b')
AND NOT regexp_matches(CommandLine, '(?i)\bupdate\b') GROUP BY 1"""


@question(NAMES[0])
def _(t):
    line = t.CommandLine
    hit = (line.str.contains(r"\bpowershell\b", case=False, na=False) &
           ~line.str.contains(r"\bupdate\b", case=False, na=False))
    return t[hit].groupby("Computer").TimeGenerated.agg(["count", "min"])


KQL[NAMES[1]] = r"""
T | where EventID == 4688
| summarize Hosts = dcount(Computer), Events = count() by NewProcessName
| where Hosts <= 2 | sort by Events asc"""
SQL[NAMES[1]] = r"""
SELECT NewProcessName, count(DISTINCT Computer) h, count(*) n FROM T
WHERE EventID = 4688 GROUP BY 1 HAVING h <= 2 ORDER BY n"""


@question(NAMES[1])
def _(t):
    g = t[t.EventID == 4688].groupby("NewProcessName").Computer.agg(
        ["nunique", "count"])
    return g[g["nunique"] <= 2].sort_values("count")


KQL[NAMES[2]] = r"""
T | where EventID == 4625
| summarize Attempts = count(), Accounts = dcount(Account)
    by IpAddress, bin(TimeGenerated, 1h)
| where Attempts >= 2"""
SQL[NAMES[2]] = r"""
SELECT IpAddress, time_bucket(INTERVAL 1 HOUR, TimeGenerated) h,
count(*) n, count(DISTINCT Account) FROM T WHERE EventID = 4625
GROUP BY 1, 2 HAVING n >= 2"""


@question(NAMES[2])
def _(t):
    f = t[t.EventID == 4625]
    g = f.groupby([f.IpAddress.fillna(""), f.TimeGenerated.dt.floor("h")])
    g = g.Account.agg(["size", "nunique"])
    return g[g["size"] >= 2]


KQL[NAMES[3]] = r"""
T | where EventID == 4625 | project Account, Failed = TimeGenerated
| join kind=inner (T | where EventID == 4624
    | project Account, Success = TimeGenerated, Computer) on Account
| where Success - Failed between (0s .. 10m)
| summarize Failures = dcount(Failed) by Account, Computer"""
SQL[NAMES[3]] = r"""
SELECT f.Account, s.Computer, count(DISTINCT f.TimeGenerated) FROM T f JOIN T s
ON f.Account = s.Account WHERE f.EventID = 4625 AND s.EventID = 4624
AND s.TimeGenerated BETWEEN f.TimeGenerated
AND f.TimeGenerated + INTERVAL 10 MINUTE GROUP BY 1, 2"""


@question(NAMES[3])
def _(t):
    f = t[t.EventID == 4625][["Account", "TimeGenerated"]]
    s = t[t.EventID == 4624][["Account", "TimeGenerated", "Computer"]]
    m = f.merge(s, on="Account")
    wait = m.TimeGenerated_y - m.TimeGenerated_x
    m = m[(wait >= pandas.Timedelta(0)) & (wait <= pandas.Timedelta("10min"))]
    return m.groupby(["Account", "Computer"]).TimeGenerated_x.nunique()


KQL[NAMES[4]] = r"""
T | extend Program = tolower(extract(@"([^\\/]+)$", 1, NewProcessName))
| where isnotempty(Program) | summarize Events = count() by Program"""
SQL[NAMES[4]] = r"""
SELECT lower(regexp_extract(NewProcessName, '([^\\/]+)$', 1)) p, count(*)
FROM T GROUP BY 1 HAVING p <> ''"""


@question(NAMES[4])
def _(t):
    program = t.NewProcessName.str.extract(r"([^\\/]+)$", expand=False)
    return program.str.lower().dropna().value_counts()


KQL[NAMES[5]] = r"""
T | where isnotempty(DstIp)
| summarize Bytes = sum(BytesSent), Flows = count() by SrcIp, DstIp
| top 20 by Bytes"""
SQL[NAMES[5]] = r"""
SELECT SrcIp, DstIp, sum(BytesSent) b, count(*) FROM T
WHERE DstIp <> '' GROUP BY 1, 2 ORDER BY b DESC LIMIT 20"""


@question(NAMES[5])
def _(t):
    g = t[t.DstIp.notna()].groupby(["SrcIp", "DstIp"]).BytesSent.agg(
        ["sum", "count"])
    return g.nlargest(20, "sum")


def load_pandas(path):
    t = pandas.read_json(path, lines=True)
    t["TimeGenerated"] = pandas.to_datetime(t.TimeGenerated)
    return t


def duck_load(path, sample):
    return ("CREATE OR REPLACE TABLE T AS SELECT * REPLACE "
            "(CAST(TimeGenerated AS TIMESTAMP) AS TimeGenerated) "
            "FROM read_json('%s', format = 'newline_delimited'%s)"
            % (path, sample))


def ratios(r, names):
    return ["%.2fx" % (r[n][0] / r["shikra"][0]) for n in names]


def agree(r):
    counts = {n: v[2] for n, v in r.items()}
    return "" if len(set(counts.values())) == 1 else "ROWS DIFFER %s" % counts


def load(path, shikra, duck, frames):
    """The look of DuckDB at all rows is what this program does; that at the
    first 20480 is what it does unasked."""
    def pandas_load():
        frames["t"] = load_pandas(path)

    calls = {
        "shikra": lambda: shikra.run('T = file("%s");' % path),
        "duckdb": lambda: duck.run(duck_load(path, ", sample_size = -1")),
        "duckdb auto": lambda: duck.run(duck_load(path, "")),
        "pandas": pandas_load,
    }
    r = peers.side_by_side(calls, 3, {"shikra": shikra.pid})
    others = list(calls)[1:]
    print("## Loading %s\n" % path)
    peers.table(
        ["JSON lines to table"] + list(calls) +
        [n + "/shikra" for n in others],
        [["CPU ms"] + [r[n][0] for n in calls] + ratios(r, others),
         ["wall ms"] + [r[n][1] for n in calls] +
         ["%.2fx" % (r[n][1] / r["shikra"][1]) for n in others]])


def hunt(name, shikra, duck, frames):
    calls = {
        "shikra": lambda: shikra.run(KQL[name]),
        "duckdb": lambda: duck.run(SQL[name]),
        "pandas": lambda: len(PANDAS[name](frames["t"])),
    }
    for call in calls.values():
        call()  # warm
    r = peers.side_by_side(calls, ROUNDS, {"shikra": shikra.pid})
    return ([name] + [r[n][0] for n in calls] +
            ratios(r, ["duckdb", "pandas"]) + [r["shikra"][2], agree(r)])


def main():
    path, frames = sys.argv[1], {}
    shikra, duck = peers.Shikra(), peers.DuckDB()
    memory = [["started", shikra.rss()]]
    shikra.run("print 1")
    memory.append(["after the first query", shikra.rss()])
    shikra.run('T = file("%s");' % path)
    memory.append(["after loading", shikra.rss()])
    load(path, shikra, duck, frames)
    memory.append(["after loading it again, three times", shikra.rss()])
    rows = [hunt(name, shikra, duck, frames) for name in NAMES]
    print("## Hunting\n")
    peers.table(["median CPU ms", "shikra", "duckdb", "pandas",
                 "duckdb/shikra", "pandas/shikra", "rows", ""], rows)
    memory.append(["after the queries", shikra.rss()])
    print("## Memory of shikra\n")
    peers.table(["", "MB"], memory)
    shikra.close()


if __name__ == "__main__":
    main()
