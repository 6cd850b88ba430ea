"""The board as it was some time ago, for whoever has no live data."""

from simulator.tws.data import hours
from simulator.tws.data.bars import TICK
from simulator.tws.data.board import Board
from simulator.tws.data.history import History
from system.domain.ticks import QUOTE, TRADE


def board_at(history: History, ts_ns: int) -> Board:
    """What was known before `ts_ns`, as far as the history has it."""
    board, day = Board(), hours.at(ts_ns)
    summary = history.bars(day, "TRADES", 0, day.session.open_ns, ts_ns)
    has_quote = not hours.is_open(ts_ns)
    for batch in history.before(ts_ns):
        kinds = batch["kind"]
        if not has_quote and (kinds == QUOTE).any():
            last = batch[kinds == QUOTE][-1]
            board.quote(int(last["bid_ticks"]), int(last["ask_ticks"]), int(last["bid_size"]), int(last["ask_size"]))
            has_quote = True
        trades = batch[(kinds == TRADE) & (batch["size"] > 0)]
        if not board.last_ns and len(trades):
            last = trades[-1]
            board.trade(int(last["ts_ns"]), int(last["price_ticks"]), int(last["size"]))
        if has_quote and board.last_ns:
            break
    board.volume = 0
    if summary and board.last_ns:
        bar = summary[0][1]
        board.open_ticks, board.high_ticks = round(bar.open / TICK), round(bar.high / TICK)
        board.low_ticks, board.volume = round(bar.low / TICK), bar.volume
    return board
