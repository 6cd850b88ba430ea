"""The steps of ib_insync and ib_async that only look: connection, contracts, data, account."""

import math
from typing import Any

from ib_client import CLIENT, IbClient
from walking import Step, check, check_bars

RTVOLUME = "233"


def steps(c: IbClient) -> list[Step]:
    return [*connection(c), *contracts(c), *quotes(c), *streams(c), *history(c), *money(c)]


def connection(c: IbClient) -> list[Step]:
    def connect() -> str:
        c.ib.connect("127.0.0.1", c.port, clientId=CLIENT, timeout=8)
        check(c.ib.isConnected(), "not connected")
        return f"server version {c.ib.client.serverVersion()}"

    def managed_accounts() -> str:
        accounts = c.ib.managedAccounts()
        check(len(accounts) == 1 and accounts[0].startswith("DU"), f"accounts {accounts}")
        c.account = accounts[0]
        return str(accounts)

    def next_valid_id() -> str:
        first, second = c.ib.client.getReqId(), c.ib.client.getReqId()
        check(0 < first < second, f"ids {first}, {second}")
        return str(first)

    def current_time() -> str:
        first = c.ib.reqCurrentTime()
        c.ib.sleep(0.5)
        second = c.ib.reqCurrentTime()
        check(2 <= (second - first).total_seconds() <= 60, f"{first} and {second}, half a second apart")
        return str(first)

    return [connect, managed_accounts, next_valid_id, current_time]


def contracts(c: IbClient) -> list[Step]:
    front: list[Any] = []

    def contract_all_months() -> str:
        found = c.ib.reqContractDetails(c.lib.Future("ES", exchange="CME"))
        check(len(found) >= 4, f"{len(found)} months")
        check(len({details.contract.conId for details in found}) == len(found), "conIds repeat")
        found.sort(key=lambda details: details.contract.lastTradeDateOrContractMonth)
        front.extend(found)
        first = found[0]
        check((first.minTick, first.contract.multiplier) == (0.25, "50"), f"{first.minTick} {first.contract}")
        check(first.contract.currency == "USD" and first.timeZoneId and first.liquidHours, str(first))
        return f"{len(found)} months from {first.contract.localSymbol}"

    def contract_by_expiry() -> str:
        day = front[0].contract.lastTradeDateOrContractMonth
        for month in (day, day[:6]):
            wanted = c.lib.Future("ES", lastTradeDateOrContractMonth=month, exchange="CME", currency="USD")
            found = c.ib.reqContractDetails(wanted)
            check(len(found) == 1 and found[0].contract.conId == front[0].contract.conId, f"{month}: {found}")
        (c.es,) = c.ib.qualifyContracts(c.lib.Future("ES", lastTradeDateOrContractMonth=day[:6], exchange="CME"))
        return f"{c.es.localSymbol} {c.es.conId}"

    def contract_by_local_symbol() -> str:
        found = c.ib.reqContractDetails(c.lib.Future(localSymbol=c.es.localSymbol, exchange="CME"))
        check([details.contract.conId for details in found] == [c.es.conId], str(found))
        return c.es.localSymbol

    def contract_continuous() -> str:
        found = c.ib.reqContractDetails(c.lib.ContFuture("ES", exchange="CME"))
        # In the last days of a month it has rolled to the next one.
        near = [details.contract.conId for details in front[:2]]
        check(len(found) == 1 and found[0].contract.conId in near, str(found))
        return f"{found[0].contract.secType} {found[0].contract.localSymbol}"

    def contract_unknown() -> str:
        since = len(c.errors)
        found = c.ib.reqContractDetails(c.lib.Future("NOSUCH", exchange="CME"))
        check(found == [], str(found))
        return c.until_error(200, since)

    def market_rule() -> str:
        details = c.ib.reqContractDetails(c.es)[0]
        steps = c.ib.reqMarketRule(int(details.marketRuleIds.split(",")[0]))
        check([(step.lowEdge, step.increment) for step in steps] == [(0.0, 0.25)], str(steps))
        return str(steps)

    return [
        contract_all_months,
        contract_by_expiry,
        contract_by_local_symbol,
        contract_continuous,
        contract_unknown,
        market_rule,
    ]


def quotes(c: IbClient) -> list[Step]:
    def market_data() -> str:
        ticker = c.ib.reqMktData(c.es, RTVOLUME)
        c.until(lambda: all(n > 0 for n in (ticker.bid, ticker.ask, ticker.last, ticker.bidSize)), "bid, ask, last")
        check(ticker.bid < ticker.ask and ticker.bid % 0.25 == 0, f"{ticker.bid} {ticker.ask}")
        c.until(lambda: ticker.high >= ticker.low > 0 and ticker.volume > 0, "high, low, volume")
        return f"{ticker.bid} {ticker.ask} {ticker.last}"

    def market_data_rt_volume() -> str:
        ticker = c.ib.ticker(c.es)
        c.until(lambda: ticker.rtVolume > 0 and not math.isnan(ticker.vwap), "RTVolume")
        check(ticker.low <= ticker.vwap <= ticker.high, f"vwap {ticker.vwap}")
        return f"volume {ticker.rtVolume:g}, vwap {ticker.vwap}"

    def snapshot() -> str:
        found = c.ib.reqContractDetails(c.lib.Future("MES", exchange="CME"))
        month = c.es.lastTradeDateOrContractMonth
        (mes,) = [f.contract for f in found if f.contract.lastTradeDateOrContractMonth == month]
        (ticker,) = c.ib.reqTickers(mes)
        check(ticker.bid > 0 and ticker.ask > ticker.bid and ticker.last > 0, str(ticker))
        return f"{mes.localSymbol} {ticker.bid} {ticker.ask}"

    return [market_data, market_data_rt_volume, snapshot]


def streams(c: IbClient) -> list[Step]:
    def tick_by_tick(kind: str) -> str:
        ticker = c.ib.reqTickByTickData(c.es, kind)
        seen: list[Any] = []
        ticker.updateEvent += lambda t: seen.extend(t.tickByTicks)
        c.until(lambda: len(seen) >= 3, f"three ticks of {kind}")
        c.ib.cancelTickByTickData(c.es, kind)
        c.ib.sleep(0.05)
        return f"{len(seen)}: {seen[0]}"

    def tick_by_tick_last() -> str:
        return tick_by_tick("Last")

    def tick_by_tick_all_last() -> str:
        return tick_by_tick("AllLast")

    def tick_by_tick_bid_ask() -> str:
        return tick_by_tick("BidAsk")

    def tick_by_tick_mid_point() -> str:
        return tick_by_tick("MidPoint")

    def five_second_bars() -> str:
        bars = c.ib.reqRealTimeBars(c.es, 5, "TRADES", useRTH=False)
        c.until(lambda: len(bars) >= 2, "two bars")
        c.ib.cancelRealTimeBars(bars)
        told = [(bar.time, bar.open_, bar.high, bar.low, bar.close, bar.volume) for bar in bars]
        check((bars[1].time - bars[0].time).total_seconds() == 5, "not five seconds apart")
        return check_bars(told, 2)

    def depth() -> str:
        since = len(c.errors)
        ticker = c.ib.reqMktDepth(c.es, numRows=5)
        c.until(lambda: (ticker.domBids and ticker.domAsks) or len(c.errors) > since, "depth or an error")
        if len(c.errors) > since:
            return f"clean error {c.errors[since]}"
        c.until(lambda: ticker.domBids[0].price < ticker.domAsks[0].price, "an uncrossed book")
        rows = [row.price for row in ticker.domBids]
        check(rows == sorted(rows, reverse=True), str(rows))
        told = f"{len(ticker.domBids)} bids, {len(ticker.domAsks)} asks"
        c.depth_over = True
        c.ib.cancelMktDepth(c.es)
        return told

    return [
        tick_by_tick_last,
        tick_by_tick_all_last,
        tick_by_tick_bid_ask,
        tick_by_tick_mid_point,
        five_second_bars,
        depth,
    ]


def history(c: IbClient) -> list[Step]:
    def bars(duration: str, size: str, what: str) -> list[Any]:
        found = c.ib.reqHistoricalData(c.es, "", duration, size, what, useRTH=False, formatDate=2, timeout=8)
        return [(bar.date, bar.open, bar.high, bar.low, bar.close, max(bar.volume, 0)) for bar in found]

    def historical_bars() -> str:
        return check_bars(bars("3600 S", "1 min", "TRADES"), 50)

    def historical_bars_midpoint() -> str:
        found = c.ib.reqHistoricalData(c.es, "", "1800 S", "30 secs", "MIDPOINT", useRTH=False, formatDate=2)
        check(len(found) >= 50 and all(bar.low <= bar.close <= bar.high for bar in found), str(found[:3]))
        return f"{len(found)} bars"

    def historical_bars_kept_up_to_date() -> str:
        found = c.ib.reqHistoricalData(
            c.es, "", "600 S", "5 secs", "TRADES", useRTH=False, formatDate=2, keepUpToDate=True
        )
        before = len(found)
        c.until(lambda: len(found) > before, "one more bar")
        c.ib.cancelHistoricalData(found)
        return f"{before}, then {len(found)}"

    def historical_ticks() -> str:
        now = c.ib.reqCurrentTime()
        for what, kind in (("TRADES", "HistoricalTickLast"), ("BID_ASK", "HistoricalTickBidAsk")):
            ticks = c.ib.reqHistoricalTicks(c.es, "", now, 100, what, useRth=False)
            check(len(ticks) >= 100 and type(ticks[0]).__name__ == kind, f"{len(ticks)} {what}")
            times = [tick.time for tick in ticks]
            check(times == sorted(times) and times[-1] <= now, f"{what}: {times[0]} to {times[-1]}, now {now}")
        return f"{len(ticks)} up to {times[-1]}"

    def head_timestamp() -> str:
        return str(c.ib.reqHeadTimeStamp(c.es, "TRADES", useRTH=False, formatDate=1))

    return [
        historical_bars,
        historical_bars_midpoint,
        historical_bars_kept_up_to_date,
        historical_ticks,
        head_timestamp,
    ]


def money(c: IbClient) -> list[Step]:
    def account_summary() -> str:
        values = {item.tag: item.value for item in c.ib.accountSummary() if item.account == c.account}
        check(float(values["NetLiquidation"]) > 0 and float(values["BuyingPower"]) > 0, str(values))
        return f"{len(values)} tags, {values['NetLiquidation']}"

    def account_updates() -> str:
        values = {(item.tag, item.currency): item.value for item in c.ib.accountValues(c.account)}
        check(float(values["NetLiquidation", "USD"]) > 0, str(sorted(values)))
        return f"{len(values)} values"

    def positions() -> str:
        check(c.ib.reqPositions() == [] and c.ib.portfolio() == [], f"{c.ib.positions()} {c.ib.portfolio()}")
        return "flat"

    return [account_summary, account_updates, positions]
