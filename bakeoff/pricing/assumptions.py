"""Every figure of the cost model that is neither measured nor configured, with its reason; docs/cost.md lists them."""

HOURS_A_MONTH = 730  # 365 days of 24 hours, divided by 12; AWS's pricing calculator takes the same
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
DAYS_A_MONTH = HOURS_A_MONTH / 24
# Assumed: the busiest second has four times the requests of the mean one, for people sleep.
PEAK = 4
# minProvisionedTPS is 1 in the campaigns that a run makes; they bill for it, asked or not:
# https://docs.aws.amazon.com/personalize/latest/dg/API_CreateCampaign.html
LEAST_CAMPAIGN_REQUESTS = 1 * SECONDS_A_MONTH
# A row of the import: two ids, a timestamp, an event type with the split's hash, a value.
BYTES_PER_INTERACTION = 60
# A read unit is one consistent or two eventually consistent reads of 4 KB; the front's are the latter. A history of
# 200 events is about 12 KB, titles are one small row for each of ten items, and none is kept from an earlier request:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
HISTORY_READ_UNITS = 1.5
TITLE_READ_UNITS = 5.0
# A stored list: 100 items of an id and a score, about 3 KB; a write unit is 1 KB.
STORED_LIST_BYTES = 3_000
STORED_LIST_WRITE_UNITS = 3
STORED_LIST_READ_UNITS = 0.5
# "Single-digit millisecond" is what AWS says of DynamoDB's reads: https://aws.amazon.com/dynamodb/
STORED_LIST_SECONDS = 0.01
