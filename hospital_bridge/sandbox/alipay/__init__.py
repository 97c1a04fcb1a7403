"""Alipay as the outside world: the gateway's wire protocol, a consent page, a cashier, notices and bills."""
