"""python-odata builds its classes from our $metadata alone, and asks with filters, order and paging of its own making."""

import datetime

import requests
from odata import ODataService

from support import app_token, told

session = requests.Session()
session.headers["Authorization"] = f"Bearer {app_token()}"
service = ODataService(told("origin") + "/warehouse/v1.0/", session=session, reflect_entities=True)

wanted = {"dates", "devices", "devicePropertyHistories", "users", "deviceTypes"}
assert wanted <= set(service.entities), f"$metadata misses {sorted(wanted - set(service.entities))}"

Device = service.entities["devices"]
every = service.query(Device).all()
every = list(every)
assert len(every) >= 100, f"the demo has 120 devices, python-odata read {len(every)}"

first = every[0]
same = list(service.query(Device).filter(Device.deviceKey == first.deviceKey))
assert [one.deviceKey for one in same] == [first.deviceKey], same
assert same[0].deviceName == first.deviceName

sorted_names = [one.deviceName for one in service.query(Device).order_by(Device.deviceName.asc()).limit(20)]
assert sorted_names == sorted(sorted_names) and len(sorted_names) == 20, sorted_names

Date = service.entities["dates"]
today = int(datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d"))
(day,) = list(service.query(Date).filter(Date.dateKey == today))
assert day.calendarYear == today // 10_000, day.calendarYear
print(f"python-odata read {len(every)} devices, one by key, 20 in order, and today's date")
