from flask import Blueprint

bp = Blueprint("leases", __name__)
