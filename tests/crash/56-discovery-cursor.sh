#!/bin/bash
# 55-discovery.sh, where a page says at which id the next one begins.
exec bash "$(dirname "$0")/55-discovery.sh" mollie
