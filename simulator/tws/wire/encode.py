"""What TWS says, as bytes at a client's version: one table from record to encoder, each a whole frame."""

from collections.abc import Callable
from typing import Any, Final

from simulator.tws import account_notices as of_account
from simulator.tws import market_notices as of_market
from simulator.tws import notices
from simulator.tws.wire import encode_account as account
from simulator.tws.wire import encode_contracts as contracts
from simulator.tws.wire import encode_market as market
from simulator.tws.wire import encode_orders as orders

ENCODERS: Final[dict[type, Callable[[Any, int], bytes]]] = {
    notices.NextValidId: contracts.next_valid_id,
    notices.ManagedAccounts: contracts.managed_accounts,
    notices.CurrentTime: contracts.current_time,
    notices.Error: contracts.error,
    notices.UserInfo: contracts.user_info,
    notices.ContractDetails: contracts.contract_details,
    notices.ContractDetailsEnd: contracts.contract_details_end,
    notices.SymbolSamples: contracts.symbol_samples,
    notices.MarketRule: contracts.market_rule,
    notices.OptParamsEnd: contracts.opt_params_end,
    notices.SmartComponents: contracts.smart_components,
    notices.MktDepthExchanges: contracts.depth_exchanges,
    notices.FamilyCodes: contracts.family_codes,
    notices.SoftDollarTiers: contracts.soft_dollar_tiers,
    notices.NewsProviders: contracts.news_providers,
    notices.ScannerParameters: contracts.scanner_parameters,
    of_market.TickPrice: market.tick_price,
    of_market.TickSize: market.tick_size,
    of_market.TickGeneric: market.tick_generic,
    of_market.TickString: market.tick_string,
    of_market.TickReqParams: market.tick_req_params,
    of_market.MarketDataType: market.market_data_type,
    of_market.SnapshotEnd: market.snapshot_end,
    of_market.TickByTickTrade: market.trade,
    of_market.TickByTickQuote: market.quote,
    of_market.TickByTickMid: market.mid,
    of_market.RealTimeBar: market.real_time_bar,
    of_market.Depth: market.depth,
    of_market.HistoricalData: market.historical_data,
    of_market.HistoricalDataUpdate: market.historical_data_update,
    of_market.HistoricalTicksMid: market.historical_mids,
    of_market.HistoricalTicksQuote: market.historical_quotes,
    of_market.HistoricalTicksTrade: market.historical_trades,
    of_market.HeadTimestamp: market.head_timestamp,
    of_market.Histogram: market.histogram,
    of_account.AccountValue: account.account_value,
    of_account.PortfolioValue: account.portfolio_value,
    of_account.AccountTime: account.account_time,
    of_account.AccountDownloadEnd: account.account_download_end,
    of_account.AccountSummary: account.account_summary,
    of_account.AccountSummaryEnd: account.account_summary_end,
    of_account.AccountUpdateMulti: account.account_update_multi,
    of_account.AccountUpdateMultiEnd: account.account_update_multi_end,
    of_account.Position: account.position,
    of_account.PositionEnd: account.position_end,
    of_account.PositionMulti: account.position_multi,
    of_account.PositionMultiEnd: account.position_multi_end,
    of_account.PnL: account.pnl,
    of_account.PnLSingle: account.pnl_single,
    of_account.OpenOrder: orders.open_order,
    of_account.OpenOrderEnd: orders.open_order_end,
    of_account.OrderStatus: orders.order_status,
    of_account.ExecDetails: account.exec_details,
    of_account.ExecDetailsEnd: account.exec_details_end,
    of_account.CommissionReport: account.commission_report,
    of_account.CompletedOrder: orders.completed_order,
    of_account.CompletedOrdersEnd: orders.completed_orders_end,
}


def encode(notice: notices.Notice, version: int) -> bytes:
    """A whole frame, in the layout of `version`."""
    return ENCODERS[type(notice)](notice, version)
