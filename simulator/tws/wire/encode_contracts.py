"""The connection and contracts to bytes."""

from simulator.tws import notices as say
from simulator.tws.wire.framing import frame
from simulator.tws.wire.versions import Gate


def escaped(text: str) -> str:
    """Text in 7 bits, as clients expect of errors and long names from version 153 on, and as any can show."""
    return text if text.isascii() else "".join(char if char.isascii() else _escape(char) for char in text)


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def next_valid_id(said: say.NextValidId, _version: int) -> bytes:
    return frame(9, 1, said.order_id)


def managed_accounts(said: say.ManagedAccounts, _version: int) -> bytes:
    return frame(15, 1, said.accounts)


def current_time(said: say.CurrentTime, _version: int) -> bytes:
    return frame(49, 1, said.time_s)


def error(said: say.Error, version: int) -> bytes:
    fields: list[object] = [4, 2, said.req_id, said.code, escaped(said.text)]
    if version >= Gate.REJECT_JSON:
        fields.append(escaped(said.reject_json))
    return frame(*fields)


def user_info(said: say.UserInfo, _version: int) -> bytes:
    return frame(107, said.req_id, said.white_branding)


def contract_details(said: say.ContractDetails, version: int) -> bytes:
    of = said.contract
    fields: list[object] = [
        *(10, said.req_id, of.symbol, of.sec_type, of.last_trade, of.strike, of.right, of.exchange, of.currency),
        *(of.local_symbol, said.market_name, of.trading_class, of.con_id, said.min_tick),
    ]
    if version < Gate.SIZE_RULES:
        fields.insert(1, 8)
        fields.append(1)  # the size's multiplier
    fields += [
        *(of.multiplier, said.order_types, said.exchanges, said.price_magnifier, said.under_con_id),
        *(escaped(said.long_name), of.primary_exchange, said.contract_month),
        *("", "", ""),  # industry, category, subcategory
        *(said.time_zone, said.trading_hours, said.liquid_hours),
        *("", 0, 0),  # evRule, evMultiplier, number of security ids
        *(said.agg_group, said.under_symbol, said.under_sec_type, said.market_rule_ids, said.real_expiration),
    ]
    if version >= Gate.STOCK_TYPE:
        fields.append("")
    if version == Gate.SIZE_INCREMENT:
        fields.append(1)
    if version >= Gate.SIZE_RULES:
        fields += [1, 1, 1]  # smallest size, its increment, and the one suggested
    return frame(*fields)


def contract_details_end(said: say.ContractDetailsEnd, _version: int) -> bytes:
    return frame(52, 1, said.req_id)


def symbol_samples(said: say.SymbolSamples, version: int) -> bytes:
    fields: list[object] = [79, said.req_id, len(said.contracts)]
    for of in said.contracts:
        fields += [of.con_id, of.symbol, of.sec_type, of.primary_exchange or of.exchange, of.currency, 0]
        if version >= Gate.ISSUER_ID:
            fields += ["", ""]
    return frame(*fields)


def market_rule(said: say.MarketRule, _version: int) -> bytes:
    return frame(93, said.rule_id, len(said.increments), *(field for row in said.increments for field in row))


def opt_params_end(said: say.OptParamsEnd, _version: int) -> bytes:
    return frame(76, said.req_id)


def smart_components(said: say.SmartComponents, _version: int) -> bytes:
    return frame(82, said.req_id, 0)


def depth_exchanges(said: say.MktDepthExchanges, _version: int) -> bytes:
    fields = [field for row in said.exchanges for field in (*row[:4], 2_147_483_647 if row[4] is None else row[4])]
    return frame(80, len(said.exchanges), *fields)


def family_codes(said: say.FamilyCodes, _version: int) -> bytes:
    return frame(78, len(said.codes), *(field for row in said.codes for field in row))


def soft_dollar_tiers(said: say.SoftDollarTiers, _version: int) -> bytes:
    return frame(77, said.req_id, 0)


def news_providers(_said: say.NewsProviders, _version: int) -> bytes:
    return frame(85, 0)


def scanner_parameters(said: say.ScannerParameters, _version: int) -> bytes:
    return frame(19, 1, said.xml)
