"""PySpark reads the Parquet files themselves and counts as the feed does."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from support import app_token, files_of, rows

spark = (
    SparkSession.builder.master("local[1]")
    .appName("quarterdeck-proof")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
token = app_token()
devices = spark.read.parquet(*files_of("devices"))
shown = rows("devices", token)
by_key = {row["deviceKey"]: row for row in shown}
read = devices.select("deviceKey", "deviceName", f.unix_micros("enrolledDateTime").alias("enrolled")).collect()
assert len(read) == len(shown), f"Spark read {len(read)} devices, the feed shows {len(shown)}"
for row in read:
    assert by_key[row.deviceKey]["deviceName"] == row.deviceName, row

history = spark.read.parquet(*files_of("devicePropertyHistories"))
days = {row["dateKey"]: row["count"] for row in history.groupBy("dateKey").count().collect()}
last = max(days)
of_last = [row for row in rows("devicePropertyHistories", token) if row["dateKey"] == last]
assert days[last] == len(of_last), f"{last}: Spark counts {days[last]}, the feed {len(of_last)}"
print(f"Spark read {len(read)} devices and {sum(days.values())} rows of history over {len(days)} days")
spark.stop()
