"""The steps of `ibapi` that only look: connection, contracts, data, account."""

import time
from typing import Any

from ibapi_client import CLIENT, IbapiClient
from walking import Step, check, check_bars

BID, ASK, LAST, RTVOLUME = 1, 2, 4, 48


def steps(c: IbapiClient) -> list[Step]:
    return [*connection(c), *contracts(c), *quotes(c), *streams(c), *history(c), *money(c)]


def connection(c: IbapiClient) -> list[Step]:
    def connect() -> str:
        c.app = c.connect(CLIENT)
        return f"server version {c.app.serverVersion()}"

    def managed_accounts() -> str:
        c.account = c.app.said["managedAccounts"][-1][0]
        check(c.account.startswith("DU") and "," not in c.account, c.account)
        return c.account

    def next_valid_id() -> str:
        (first,) = c.app.said["nextValidId"][-1]
        c.app.reqIds(-1)
        c.until(lambda: len(c.app.said["nextValidId"]) >= 2, "another nextValidId")
        check(first > 0 and c.app.said["nextValidId"][-1] == (first,), str(c.app.said["nextValidId"]))
        c.order_ids = iter(range(first, first + 10_000))
        return str(first)

    def current_time() -> str:
        c.listing("currentTime", "currentTime", c.app.reqCurrentTime)
        time.sleep(0.5)
        c.listing("currentTime", "currentTime", c.app.reqCurrentTime)
        (first,), (second,) = c.app.said["currentTime"]
        check(2 <= second - first <= 60, f"{first} and {second}, half a second apart")
        return str(first)

    return [connect, managed_accounts, next_valid_id, current_time]


def contracts(c: IbapiClient) -> list[Step]:
    front: list[Any] = []

    def details(contract: Any) -> list[Any]:
        return [
            found for _, found in c.answer("contractDetails", "contractDetailsEnd", c.app.reqContractDetails, contract)
        ]

    def contract_all_months() -> str:
        found = details(c.future())
        check(len(found) >= 4 and len({one.contract.conId for one in found}) == len(found), f"{len(found)} months")
        found.sort(key=lambda one: one.contract.lastTradeDateOrContractMonth)
        front.extend(found)
        check((found[0].minTick, found[0].contract.multiplier) == (0.25, "50"), str(found[0]))
        check(found[0].timeZoneId and ":" in found[0].liquidHours, str(found[0]))
        return f"{len(found)} months from {found[0].contract.localSymbol}"

    def contract_by_expiry() -> str:
        day = front[0].contract.lastTradeDateOrContractMonth
        for month in (day, day[:6]):
            found = details(c.future(month=month))
            check([one.contract.conId for one in found] == [front[0].contract.conId], f"{month}: {found}")
        c.es = found[0].contract
        return f"{c.es.localSymbol} {c.es.conId}"

    def contract_by_id() -> str:
        wanted = c.future(symbol="")
        wanted.conId = c.es.conId
        check([one.contract.localSymbol for one in details(wanted)] == [c.es.localSymbol], "another one")
        return str(wanted.conId)

    def contract_continuous() -> str:
        found = details(c.future(kind="CONTFUT"))
        # In the last days of a month it has rolled to the next one.
        near = [one.contract.conId for one in front[:2]]
        check(len(found) == 1 and found[0].contract.conId in near, str(found))
        return f"{found[0].contract.secType} {found[0].contract.localSymbol}"

    def contract_unknown() -> str:
        return c.error(c.ask(c.app.reqContractDetails, c.future("NOSUCH")), 200)

    def matching_symbols() -> str:
        number = c.ask(c.app.reqMatchingSymbols, "ES")
        ((_, found),) = c.until(lambda: c.heard("symbolSamples", number), "symbols")
        check("ES" in {one.contract.symbol for one in found}, str(found))
        return f"{len(found)}"

    return [
        contract_all_months,
        contract_by_expiry,
        contract_by_id,
        contract_continuous,
        contract_unknown,
        matching_symbols,
    ]


def quotes(c: IbapiClient) -> list[Step]:
    streaming: list[int] = []

    def prices(number: int) -> dict[int, float]:
        return {kind: price for _, kind, price, _ in c.heard("tickPrice", number)}

    def market_data() -> str:
        number = c.ask(c.app.reqMktData, c.es, "233", False, False, [])
        streaming.append(number)
        c.until(lambda: {BID, ASK, LAST} <= prices(number).keys(), "bid, ask, last")
        told = prices(number)
        check(told[BID] > 0 and told[BID] % 0.25 == 0, str(told))
        c.until(lambda: {0, 3, 5, 8} <= {kind for _, kind, _ in c.heard("tickSize", number)}, "sizes")
        (params,) = c.heard("tickReqParams", number)
        check(params[1] == 0.25, str(params))
        return str(told)

    def market_data_rt_volume() -> str:
        def found() -> list[str]:
            return [text for _, kind, text in c.heard("tickString", streaming[0]) if kind == RTVOLUME]

        text = c.until(found, "RTVolume")[0]
        price, size, when, volume, vwap, single = text.split(";")
        check(float(price) % 0.25 == 0 and float(size) > 0 and int(when) > 1e12, text)
        check(float(volume) > 0 and float(vwap) > 0 and single in ("true", "false"), text)
        return str(text)

    def snapshot() -> str:
        month = c.es.lastTradeDateOrContractMonth
        number = c.ask(c.app.reqMktData, c.future("MES", month), "", True, False, [])
        c.until(lambda: c.heard("tickSnapshotEnd", number), "the snapshot's end", 13)
        check({BID, ASK, LAST} <= prices(number).keys(), str(prices(number)))
        return str(prices(number))

    def market_data_type() -> str:
        c.app.reqMarketDataType(1)
        c.until(lambda: c.heard("marketDataType", streaming[0]), "marketDataType")
        check({kind for _, kind in c.heard("marketDataType", streaming[0])} == {1}, "not live")
        return "live"

    return [market_data, market_data_rt_volume, snapshot, market_data_type]


def streams(c: IbapiClient) -> list[Step]:
    def tick_by_tick(kind: str, call: str) -> str:
        number = c.ask(c.app.reqTickByTickData, c.es, kind, 0, False)
        c.until(lambda: len(c.heard(call, number)) >= 3, f"three ticks of {kind}")
        c.app.cancelTickByTickData(number)
        time.sleep(0.05)
        return str(c.heard(call, number)[0])

    def tick_by_tick_last() -> str:
        return tick_by_tick("Last", "tickByTickAllLast")

    def tick_by_tick_all_last() -> str:
        return tick_by_tick("AllLast", "tickByTickAllLast")

    def tick_by_tick_bid_ask() -> str:
        return tick_by_tick("BidAsk", "tickByTickBidAsk")

    def tick_by_tick_mid_point() -> str:
        return tick_by_tick("MidPoint", "tickByTickMidPoint")

    def five_second_bars() -> str:
        number = c.ask(c.app.reqRealTimeBars, c.es, 5, "TRADES", False, [])
        c.until(lambda: len(c.heard("realtimeBar", number)) >= 2, "two bars")
        c.app.cancelRealTimeBars(number)
        bars = [args[1:7] for args in c.heard("realtimeBar", number)]
        check(bars[1][0] - bars[0][0] == 5, "not five seconds apart")
        return check_bars(bars, 2)

    def depth() -> str:
        number = c.ask(c.app.reqMktDepth, c.es, 5, False, [])

        def rows() -> list[tuple[Any, ...]]:
            return [*c.heard("updateMktDepth", number), *c.heard("updateMktDepthL2", number)]

        c.until(lambda: len(rows()) >= 10 or c.heard("error", number), "depth or an error")
        if c.heard("error", number):
            return f"clean error {c.heard('error', number)}"
        c.app.cancelMktDepth(number, False)
        return str(rows()[0])

    return [
        tick_by_tick_last,
        tick_by_tick_all_last,
        tick_by_tick_bid_ask,
        tick_by_tick_mid_point,
        five_second_bars,
        depth,
    ]


def history(c: IbapiClient) -> list[Step]:
    def historical_bars() -> str:
        request = (c.es, "", "3600 S", "1 min", "TRADES", 0, 2, False, [])
        bars = [bar for _, bar in c.answer("historicalData", "historicalDataEnd", c.app.reqHistoricalData, *request)]
        check(all(bar.average % 1 >= 0 and bar.barCount > 0 for bar in bars), str(bars[0]))
        return check_bars([(int(b.date), b.open, b.high, b.low, b.close, b.volume) for b in bars], 50)

    def historical_bars_kept_up_to_date() -> str:
        number = c.ask(c.app.reqHistoricalData, c.es, "", "600 S", "5 secs", "TRADES", 0, 2, True, [])
        c.until(lambda: c.heard("historicalDataUpdate", number), "an update")
        c.app.cancelHistoricalData(number)
        return str(c.heard("historicalDataUpdate", number)[0][1])

    def historical_ticks() -> str:
        (now,) = c.app.said["currentTime"][-1]
        until = time.strftime("%Y%m%d %H:%M:%S UTC", time.gmtime(now))
        for what, call in (("TRADES", "historicalTicksLast"), ("BID_ASK", "historicalTicksBidAsk")):
            number = c.ask(c.app.reqHistoricalTicks, c.es, "", until, 100, what, 0, True, [])
            c.until(lambda n=number, call=call: any(args[2] for args in c.heard(call, n)), f"ticks of {what}")
            times = [tick.time for args in c.heard(call, number) for tick in args[1]]
            check(len(times) >= 100 and times == sorted(times), f"{what}: {len(times)}")
            check(times[-1] <= now, f"{what}: {times[-1]} after {now}")
        return f"{len(times)} up to {times[-1]}"

    def head_timestamp() -> str:
        number = c.ask(c.app.reqHeadTimeStamp, c.es, "TRADES", 0, 1)
        ((_, text),) = c.until(lambda: c.heard("headTimestamp", number), "the first time")
        return str(text)

    return [historical_bars, historical_bars_kept_up_to_date, historical_ticks, head_timestamp]


def money(c: IbapiClient) -> list[Step]:
    def account_summary() -> str:
        tags = "NetLiquidation,BuyingPower,AvailableFunds,SomethingUnknown,$LEDGER:ALL"
        found = c.answer("accountSummary", "accountSummaryEnd", c.app.reqAccountSummary, "All", tags)
        values = {tag: value for _, account, tag, value, _ in found if account == c.account}
        check(float(values["NetLiquidation"]) > 0 and "SomethingUnknown" not in values, str(values))
        c.app.cancelAccountSummary(found[0][0])
        return f"{len(values)} tags, {values['NetLiquidation']}"

    def account_updates() -> str:
        found = c.listing("updateAccountValue", "accountDownloadEnd", lambda: c.app.reqAccountUpdates(True, c.account))
        values = {(key, currency): value for key, value, currency, _ in found}
        check(float(values["NetLiquidation", "USD"]) > 0, str(sorted(values)))
        check(c.app.said["updateAccountTime"], "no time")
        return f"{len(values)} values"

    def positions() -> str:
        found = c.listing("position", "positionEnd", c.app.reqPositions)
        check(all(args[2] == 0 for args in found), str(found))
        return "flat"

    return [account_summary, account_updates, positions]
